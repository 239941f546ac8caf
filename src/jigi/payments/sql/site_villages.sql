-- reads: who is expected (expected_at_sites.sql), geography_area; how many of each village at each pay point, in the order of names
SELECT expected.commune_id, expected.pay_point, expected.village_id, count(*) AS households
FROM (
{sql:expected_at_sites}
) AS expected
LEFT JOIN geography_area AS village ON village.id = expected.village_id
GROUP BY expected.commune_id, expected.pay_point, expected.village_id, village.name
ORDER BY expected.commune_id, expected.pay_point, village.name NULLS LAST, expected.village_id
