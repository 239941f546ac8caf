-- reads: erased_household, registry_membership; writes: erased_person (present and former members; who lives in another
-- household today keeps their data there)
INSERT INTO erased_person
SELECT DISTINCT member.person_id
FROM registry_membership AS member
JOIN erased_household AS erased ON erased.id = member.household_id
WHERE NOT EXISTS (
    SELECT FROM registry_membership AS elsewhere
    WHERE elsewhere.person_id = member.person_id AND elsewhere.ended_on IS NULL
        AND elsewhere.household_id NOT IN (SELECT id FROM erased_household))
ON CONFLICT DO NOTHING
