-- reads: erased_person; writes: registry_health
DELETE FROM registry_health WHERE person_id IN (SELECT id FROM erased_person)
