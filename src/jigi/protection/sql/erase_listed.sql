-- reads: erased_household; writes: targeting_listedhousehold (the committee's words, and the line that names the household)
UPDATE targeting_listedhousehold SET reason = '', file_name = '', line = 0
WHERE household_id IN (SELECT id FROM erased_household)
