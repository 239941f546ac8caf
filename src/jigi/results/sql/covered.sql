-- reads: payments_instruction, registry_household, registry_membership; how many persons live now in the households that
-- were paid at least once, by the commune where they were; a merged household as what it became
SELECT homes.commune_id, count(DISTINCT living.person_id) AS persons
FROM (
    SELECT DISTINCT CASE WHEN gone.id IS NULL THEN paid.household_id ELSE schemes_survivor(gone.id) END AS household_id,
        paid.commune_id
    FROM payments_instruction AS paid
    LEFT JOIN registry_household AS gone ON gone.id = paid.household_id AND gone.merged_into_id IS NOT NULL
    WHERE paid.status IN ('paid', 'partial')
) AS homes
JOIN registry_membership AS living ON living.household_id = homes.household_id AND living.ended_on IS NULL
GROUP BY homes.commune_id
