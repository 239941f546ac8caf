-- reads: schemes_benefitline, schemes_benefit, registry_household; the households that the lines of a batch name, waiting
-- or recorded, each once, as what it became
SELECT DISTINCT CASE WHEN household.merged_into_id IS NULL THEN household.id ELSE schemes_survivor(household.id) END AS id
FROM (
    SELECT household_id FROM schemes_benefitline WHERE batch_id = %(batch)s
    UNION
    SELECT household_id FROM schemes_benefit WHERE batch_id = %(batch)s
) AS line
JOIN registry_household AS household ON household.id = line.household_id
ORDER BY id
