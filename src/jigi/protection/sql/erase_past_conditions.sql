-- reads: erased_household; writes: registry_pastlivingconditions
DELETE FROM registry_pastlivingconditions WHERE household_id IN (SELECT id FROM erased_household)
