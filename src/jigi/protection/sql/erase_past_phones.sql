-- reads: erased_person; writes: registry_pastphone
DELETE FROM registry_pastphone WHERE person_id IN (SELECT id FROM erased_person)
