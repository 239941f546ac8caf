-- reads: erased_person; writes: registry_pastperson
DELETE FROM registry_pastperson WHERE id IN (SELECT id FROM erased_person)
