-- reads: erased_person; writes: registry_pastidentifier
DELETE FROM registry_pastidentifier WHERE person_id IN (SELECT id FROM erased_person)
