-- reads: targeting_quota, targeting_result of one campaign; one row per village
WITH outcome AS (
    SELECT village_id, count(*) AS households, count(committee_rank) AS listed,
        count(*) FILTER (WHERE selected) AS selected
    FROM targeting_result
    WHERE targeting_round_id = %(round)s
    GROUP BY village_id
), quota AS (
    SELECT village_id, population, poverty_rate, places FROM targeting_quota WHERE targeting_round_id = %(round)s
)
SELECT village.id AS village_id, village.name, commune.name AS commune, quota.population, quota.poverty_rate,
    coalesce(quota.places, 0) AS places, coalesce(outcome.households, 0) AS households,
    coalesce(outcome.listed, 0) AS listed, coalesce(outcome.selected, 0) AS selected
FROM quota
FULL JOIN outcome USING (village_id)
JOIN geography_area AS village ON village.id = village_id
JOIN geography_area AS commune ON commune.id = village.parent_id
WHERE quota.places > 0 OR outcome.households > 0
ORDER BY commune.name, village.name, village.id
