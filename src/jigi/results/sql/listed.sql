-- reads: registry_household, geography_area, and the rows of a formula, put in its place by pipeline.py; the units behind a
-- figure in some communes (NULL: in all, with what has none), from a number on, each with what stands behind it
WITH rows AS ({rows})
SELECT rows.unit, min(household.rsu_number) AS rsu_number, min(rows.household_id) AS household_id,
    min(commune.name) AS commune, string_agg(DISTINCT rows.kind, ',' ORDER BY rows.kind) AS kinds,
    count(*) AS rows, coalesce(sum(rows.amount), 0)::bigint AS amount, bool_or(rows.good) AS good,
    coalesce(sum(rows.amount) FILTER (WHERE rows.good), 0)::bigint AS good_amount, max(rows.on_day) AS on_day
FROM rows
LEFT JOIN registry_household AS household ON household.id = rows.household_id
LEFT JOIN geography_area AS commune ON commune.id = rows.commune_id
WHERE (%(communes)s::bigint[] IS NULL OR rows.commune_id = ANY (%(communes)s)) AND rows.unit > %(after)s
GROUP BY rows.unit
ORDER BY rows.unit
LIMIT %(most)s
