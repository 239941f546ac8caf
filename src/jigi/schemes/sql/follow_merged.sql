-- reads: registry_household; writes: stage_benefit (the household that lives on, and the first line of each reference)
WITH firsts AS (SELECT reference, min(line) AS line FROM stage_benefit WHERE reference IS NOT NULL GROUP BY reference)
UPDATE stage_benefit AS target SET first_line = firsts.line,
    household_id = CASE WHEN found.merged_into_id IS NULL THEN found.id ELSE schemes_survivor(found.id) END
FROM stage_benefit AS source
LEFT JOIN registry_household AS found ON found.id = source.found_id
LEFT JOIN firsts ON firsts.reference = source.reference
WHERE target.line = source.line
