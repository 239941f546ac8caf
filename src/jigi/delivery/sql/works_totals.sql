-- reads: works_lines; what a sheet comes to
SELECT coalesce(sum(half_days), 0)::bigint AS half_days, coalesce(sum(tasks), 0)::bigint AS tasks,
    coalesce(sum(amount_xof), 0)::bigint AS amount_xof
FROM (
{sql:works_lines}
) AS line
