-- reads: erased_household, registry_membership, registry_pastmembership; writes: erased_person (present and former members;
-- who lives in another household today keeps their data there; who was a member by a birth since undone, of whom only the
-- past is left)
INSERT INTO erased_person
SELECT DISTINCT member.person_id
FROM registry_membership AS member
JOIN erased_household AS erased ON erased.id = member.household_id
WHERE NOT EXISTS (
    SELECT FROM registry_membership AS elsewhere
    WHERE elsewhere.person_id = member.person_id AND elsewhere.ended_on IS NULL
        AND elsewhere.household_id NOT IN (SELECT id FROM erased_household))
UNION
SELECT past.person_id
FROM registry_pastmembership AS past
JOIN erased_household AS erased ON erased.id = past.household_id
WHERE NOT EXISTS (SELECT FROM registry_membership AS here WHERE here.person_id = past.person_id)
ON CONFLICT DO NOTHING
