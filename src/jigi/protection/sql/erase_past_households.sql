-- reads: erased_household; writes: registry_pasthousehold
DELETE FROM registry_pasthousehold WHERE id IN (SELECT id FROM erased_household)
