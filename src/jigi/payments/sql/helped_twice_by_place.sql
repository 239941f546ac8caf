-- reads: what helped.sql reads; gives, by need and commune where some are helped twice, households helped and helped twice
WITH {sql:helped}
SELECT branch, commune_id, count(*) AS helped, count(*) FILTER (WHERE givers > 1) AS twice
FROM helped GROUP BY branch, commune_id HAVING count(*) FILTER (WHERE givers > 1) > 0
ORDER BY twice DESC, branch, commune_id
