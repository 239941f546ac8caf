-- reads: erased_household, erased_person, registry_membership; writes: written_household (the fiche of a household that stays
-- still says all that one erased member answered)
INSERT INTO written_household
SELECT id FROM erased_household
UNION
SELECT household_id FROM registry_membership WHERE person_id IN (SELECT id FROM erased_person)
