-- reads: touched_household; locks: registry_household, so that nobody enrols one of them meanwhile
SELECT id FROM registry_household WHERE id IN (SELECT id FROM touched_household) ORDER BY id FOR UPDATE
