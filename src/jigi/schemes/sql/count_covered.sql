-- reads: schemes_benefit, registry_household: households served by one scheme at least, by several, and those registered
WITH {sql:given}
, served AS (SELECT count(DISTINCT scheme_id) AS schemes FROM given GROUP BY served_id)
SELECT count(*) AS served, count(*) FILTER (WHERE schemes > 1) AS served_by_several,
    (SELECT count(*) FROM registry_household
        WHERE status = 'active' AND commune_id = ANY (%(communes)s)) AS registered
FROM served
