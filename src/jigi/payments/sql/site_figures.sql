-- reads: the lists of a plan (lists_of_sites.sql); what each day of each pay point holds, and what was paid there
SELECT day_id, day, pay_point, commune, cercle, count(*) AS households, count(DISTINCT village) AS villages,
    sum(total_xof)::bigint AS total_xof, count(*) FILTER (WHERE state = 'paid') AS paid,
    count(*) FILTER (WHERE state = 'absent') AS absent
FROM (
{sql:lists_of_sites}
) AS listed
GROUP BY day_id, day, pay_point, commune, cercle
ORDER BY day, cercle, commune, pay_point
