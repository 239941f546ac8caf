-- reads: erased_household, registry_household; writes: registry_pasthousehold (theirs, and those of a split since undone)
DELETE FROM registry_pasthousehold AS past
WHERE past.id IN (SELECT id FROM erased_household)
    OR past.split_from_id IN (SELECT id FROM erased_household)
    AND NOT EXISTS (SELECT FROM registry_household AS here WHERE here.id = past.id)
