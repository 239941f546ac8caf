-- reads: erased_person; writes: registry_identifier
DELETE FROM registry_identifier WHERE person_id IN (SELECT id FROM erased_person)
