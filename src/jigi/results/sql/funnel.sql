-- reads: registry_household, targeting_listedhousehold, targeting_result, targeting_targetinground, enrolment_enrolment,
-- payments_instruction, programmes_component, programmes_programme; the households of each commune at each step, of each
-- programme and ('') of all together, each once, a merged one as
-- what it became. The register belongs to no programme.
SELECT steps.commune_id, CASE WHEN grouping(steps.programme) = 1 THEN '' ELSE steps.programme END AS programme,
    count(DISTINCT steps.household_id) FILTER (WHERE steps.step = 1) AS registered,
    count(DISTINCT steps.household_id) FILTER (WHERE steps.step = 2) AS listed,
    count(DISTINCT steps.household_id) FILTER (WHERE steps.step = 3) AS selected,
    count(DISTINCT steps.household_id) FILTER (WHERE steps.step = 4) AS enrolled,
    count(DISTINCT steps.household_id) FILTER (WHERE steps.step = 5) AS paid
FROM (
    SELECT id AS household_id, commune_id, NULL::text AS programme, 1 AS step
    FROM registry_household WHERE status = 'active'
    UNION ALL
    SELECT CASE WHEN household.merged_into_id IS NULL THEN household.id ELSE schemes_survivor(household.id) END,
        household.commune_id, nullif(campaign.programme_code, ''), 2
    FROM targeting_listedhousehold AS listed
    JOIN targeting_targetinground AS campaign ON campaign.id = listed.targeting_round_id
    JOIN registry_household AS household ON household.id = listed.household_id
    UNION ALL
    SELECT CASE WHEN household.merged_into_id IS NULL THEN household.id ELSE schemes_survivor(household.id) END,
        household.commune_id, nullif(campaign.programme_code, ''), 3
    FROM targeting_result AS result
    JOIN targeting_targetinground AS campaign ON campaign.id = result.targeting_round_id AND campaign.status = 'frozen'
    JOIN registry_household AS household ON household.id = result.household_id
    WHERE result.selected
    UNION ALL
    SELECT CASE WHEN household.merged_into_id IS NULL THEN household.id ELSE schemes_survivor(household.id) END,
        enrolled.commune_id, programme.code, 4
    FROM enrolment_enrolment AS enrolled
    JOIN registry_household AS household ON household.id = enrolled.household_id
    JOIN programmes_component AS component ON component.id = enrolled.component_id
    JOIN programmes_programme AS programme ON programme.id = component.programme_id
    UNION ALL
    SELECT DISTINCT CASE WHEN household.merged_into_id IS NULL THEN household.id ELSE schemes_survivor(household.id) END,
        paid.commune_id, programme.code, 5
    FROM payments_instruction AS paid
    JOIN registry_household AS household ON household.id = paid.household_id
    JOIN programmes_component AS component ON component.id = paid.component_id
    JOIN programmes_programme AS programme ON programme.id = component.programme_id
    WHERE paid.status IN ('paid', 'partial')
) AS steps
GROUP BY GROUPING SETS ((steps.commune_id), (steps.commune_id, steps.programme))
HAVING grouping(steps.programme) = 1 OR steps.programme IS NOT NULL
