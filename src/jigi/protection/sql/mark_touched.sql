-- reads: erased_household, erased_person, registry_membership, enrolment_enrolment; writes: touched_household
INSERT INTO touched_household
SELECT id FROM erased_household
UNION
SELECT household_id FROM registry_membership WHERE person_id IN (SELECT id FROM erased_person)
UNION
SELECT household_id FROM enrolment_enrolment WHERE recipient_id IN (SELECT id FROM erased_person)
