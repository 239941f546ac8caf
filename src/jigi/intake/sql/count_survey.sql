-- reads: stage_household, stage_problem; counts what goes in and what is known
SELECT count(*) FILTER (WHERE known_id IS NULL) AS households_merged, 0::bigint AS members_merged,
    count(*) FILTER (WHERE known_id IS NOT NULL) AS households_known
FROM stage_household
WHERE line = first_line AND line NOT IN (SELECT line FROM stage_problem WHERE severity = 'error')
