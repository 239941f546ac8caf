-- reads: erased_household; writes: registry_livingconditions
DELETE FROM registry_livingconditions WHERE household_id IN (SELECT id FROM erased_household)
