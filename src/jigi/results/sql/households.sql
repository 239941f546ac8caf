-- reads: what served.sql reads; households that components of some natures served, one row a service
WITH served AS ({sql:served})
SELECT served.household_id AS unit, served.household_id, served.commune_id, served.kind, served.agreement,
    NULL::text AS sex, NULL::integer AS age, served.on_day, served.amount, true AS good
FROM served
WHERE served.kind = ANY (%(kinds)s::text[])
