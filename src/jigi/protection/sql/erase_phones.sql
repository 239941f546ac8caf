-- reads: erased_person; writes: registry_phone
DELETE FROM registry_phone WHERE person_id IN (SELECT id FROM erased_person)
