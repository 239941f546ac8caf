-- reads: what placed.sql reads, geography_area, registry_livingconditions, targeting_listedhousehold,
-- targeting_leftout; one row per village of the campaign
SELECT village.id, village.name, village.path,
    coalesce(village.population, sum(household.size), 0)::bigint AS population,
    count(listed.id) FILTER (WHERE %(by_committee)s OR conditions.id IS NOT NULL) AS listed
FROM targeting_targetingcommune AS chosen
JOIN geography_area AS village ON village.parent_id = chosen.commune_id AND village.level = 'village'
LEFT JOIN (
{sql:placed}
) AS household ON household.village_id = village.id
LEFT JOIN targeting_listedhousehold AS listed
    ON listed.household_id = household.id AND listed.targeting_round_id = chosen.targeting_round_id
    AND NOT EXISTS (SELECT FROM targeting_leftout AS left_out
        WHERE left_out.targeting_round_id = %(round)s AND left_out.household_id = household.id)
LEFT JOIN registry_livingconditions AS conditions ON conditions.household_id = listed.household_id
WHERE chosen.targeting_round_id = %(round)s
GROUP BY village.id
ORDER BY village.id
