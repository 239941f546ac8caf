-- reads: registry_household, registry_livingconditions of some communes; code of the commune, share of its persons
-- expected to be poor: the chance that a score with the formula's own error lies under the line, person by person
WITH scored AS (
    SELECT household.commune_id, household.size, {score} AS score
    FROM registry_household AS household
    JOIN registry_livingconditions AS conditions ON conditions.household_id = household.id
    WHERE household.status = 'active' AND household.commune_id = ANY (%(communes)s)
), spread AS (
    SELECT sum(size * score) / sum(size) AS mean,
        sqrt(greatest(sum(size * score * score) / sum(size) - (sum(size * score) / sum(size)) ^ 2, 0)) AS deviation
    FROM scored
), chances AS (
    -- A formula that explains R2 of consumption leaves (1 / R2 - 1) of its scores' variance unexplained; the logistic
    -- curve of scale 1.702 stands for the normal one.
    SELECT commune_id, size, coalesce(1 / (1 + exp(least(greatest(-1.702
        * (mean + %(quantile)s * deviation / sqrt(%(r2)s) - score)
        / nullif(deviation * sqrt(1 / %(r2)s - 1), 0), -50), 50))), %(poor_share)s) AS chance
    FROM scored CROSS JOIN spread
)
SELECT area.code, sum(size * chance)::float8 / sum(size)
FROM chances JOIN geography_area AS area ON area.id = commune_id
GROUP BY area.code
