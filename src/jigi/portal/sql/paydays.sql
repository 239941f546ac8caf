-- reads: payments_siteday, geography_area; the days and places of payments to come, of some weeks
SELECT DISTINCT commune.code, days.day::text AS day, days.pay_point AS place
FROM payments_siteday AS days JOIN geography_area AS commune ON commune.id = days.commune_id
WHERE days.day BETWEEN %(since)s AND %(until)s
ORDER BY 2, 1, 3
