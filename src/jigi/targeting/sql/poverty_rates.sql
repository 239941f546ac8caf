-- reads: registry_household, registry_livingconditions of some communes; code of the commune, share of its persons
-- whose score is among the lowest of all
WITH scored AS (
    SELECT household.commune_id, household.size, {score} AS score
    FROM registry_household AS household
    JOIN registry_livingconditions AS conditions ON conditions.household_id = household.id
    WHERE household.status = 'active' AND household.commune_id = ANY (%(communes)s)
), ordered AS (
    SELECT commune_id, size,
        sum(size) OVER (ORDER BY score RANGE UNBOUNDED PRECEDING) <= %(poor_share)s * sum(size) OVER () AS poor
    FROM scored
)
SELECT area.code, coalesce(sum(size) FILTER (WHERE poor), 0)::float8 / sum(size)
FROM ordered JOIN geography_area AS area ON area.id = commune_id
GROUP BY area.code
