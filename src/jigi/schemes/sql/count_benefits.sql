-- reads: schemes_benefit: the counts of a batch just recorded
SELECT count(*) AS lines_good, count(DISTINCT household_id) AS households, coalesce(sum(amount_xof), 0)::bigint AS amount_xof
FROM schemes_benefit WHERE batch_id = %(batch)s
