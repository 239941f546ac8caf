-- reads: payments_instruction, registry_household, geography_area; households paid in each commune in each year up to a
-- year that is not published yet, and what they were paid, with the way to the commune from the country down. A household
-- counts once a year, with all that it was paid, where it was paid last; a merged one as what it became.
WITH paid AS (
    SELECT CASE WHEN gone.id IS NULL THEN line.household_id ELSE schemes_survivor(gone.id) END AS household_id,
        extract(year FROM line.settled_on)::integer AS year, line.settled_on, line.id, line.commune_id,
        CASE line.status WHEN 'paid' THEN line.amount_xof ELSE line.paid_xof END AS amount
    FROM payments_instruction AS line
    LEFT JOIN registry_household AS gone ON gone.id = line.household_id AND gone.merged_into_id IS NOT NULL
    WHERE line.status IN ('paid', 'partial') AND line.settled_on < make_date(%(through)s + 1, 1, 1)
        AND NOT extract(year FROM line.settled_on)::integer = ANY (%(known)s::integer[])
), homes AS (
    SELECT household_id, year, sum(amount) AS amount,
        (array_agg(commune_id ORDER BY settled_on DESC, id DESC))[1] AS commune_id
    FROM paid GROUP BY household_id, year
), leaves AS (
    SELECT year, commune_id, count(*) AS households, sum(amount)::bigint AS paid_xof
    FROM homes GROUP BY year, commune_id
)
SELECT leaves.year, ways.way, leaves.households, leaves.paid_xof
FROM leaves
JOIN geography_area AS commune ON commune.id = leaves.commune_id
CROSS JOIN LATERAL (
    SELECT array_agg(above.id ORDER BY length(above.path)) AS way FROM geography_area AS above
    WHERE above.version_id = commune.version_id AND above.level IN ('country', 'region', 'commune')
        AND above.code = ANY (string_to_array(trim(BOTH '/' FROM commune.path), '/'))
) AS ways
ORDER BY leaves.year, commune.path
