-- reads: erased_person; writes: registry_pasthealth
DELETE FROM registry_pasthealth WHERE person_id IN (SELECT id FROM erased_person)
