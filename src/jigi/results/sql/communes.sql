-- reads: what served.sql reads; the communes where components of some natures served somebody
WITH served AS ({sql:served})
SELECT served.commune_id AS unit, NULL::bigint AS household_id, served.commune_id, served.kind, served.agreement,
    NULL::text AS sex, NULL::integer AS age, max(served.on_day) AS on_day, sum(served.amount)::bigint AS amount,
    true AS good
FROM served
WHERE served.kind = ANY (%(kinds)s::text[])
GROUP BY served.commune_id, served.kind, served.agreement
