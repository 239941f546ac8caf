-- reads: stage_benefit: the counts of a batch just checked
SELECT count(*) AS lines_read, count(*) FILTER (WHERE known) AS lines_known,
    count(*) FILTER (WHERE NOT known AND NOT held) AS lines_good, count(*) FILTER (WHERE NOT known AND held) AS lines_held,
    count(DISTINCT household_id) FILTER (WHERE NOT known AND NOT held) AS households,
    coalesce(sum(amount_xof) FILTER (WHERE NOT known AND NOT held), 0)::bigint AS amount_xof
FROM stage_benefit
