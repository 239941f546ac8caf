-- reads: candidate (households), registry_household; where each is to be paid. Whom a crisis displaced is paid where
-- they stay, when the decision says so (`where_they_stay`) and the register says where
    SELECT known.id, known.status, known.commune_id AS home_id, stays,
        CASE WHEN stays THEN known.stay_commune_id ELSE known.commune_id END AS commune_id,
        CASE WHEN stays THEN known.stay_village_id ELSE known.village_id END AS village_id
    FROM candidate
    JOIN registry_household AS known ON known.id = candidate.household_id
    CROSS JOIN LATERAL (SELECT %(where_they_stay)s AND known.situation = 'displaced'
        AND known.stay_commune_id IS NOT NULL AS stays) AS told
