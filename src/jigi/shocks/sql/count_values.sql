-- reads: stage_value: what a file brings
SELECT count(*) FILTER (WHERE old_id IS NULL) AS new, count(*) FILTER (WHERE old_id IS NOT NULL AND NOT same) AS changed,
    count(*) FILTER (WHERE same AND NOT refused) AS same
FROM stage_value
