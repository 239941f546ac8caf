-- reads: the rows of a formula, put in its place by pipeline.py; what they amount to in some communes (NULL: in all)
WITH rows AS ({rows})
SELECT count(*) AS rows, count(DISTINCT unit) AS units, count(DISTINCT unit) FILTER (WHERE good) AS good_units,
    coalesce(sum(amount), 0)::bigint AS amount, coalesce(sum(amount) FILTER (WHERE good), 0)::bigint AS good_amount
FROM rows
WHERE %(communes)s::bigint[] IS NULL OR commune_id = ANY (%(communes)s)
