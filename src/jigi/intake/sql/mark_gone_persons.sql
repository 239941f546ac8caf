-- reads and locks: gone_household, registry_membership, registry_person; creates: gone_person (their members)
CREATE TEMP TABLE gone_person AS
SELECT person.id, person.recorded_at FROM registry_person AS person
WHERE person.id IN (SELECT person_id FROM registry_membership JOIN gone_household AS gone ON gone.id = household_id)
ORDER BY person.id FOR UPDATE
