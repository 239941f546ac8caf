-- reads: stage_benefit, schemes_benefit, registry_household, registry_membership, geography_area; writes:
-- schemes_benefitproblem (all that holds a line), stage_benefit (which lines are held)
WITH found AS MATERIALIZED (
    SELECT line, household_id, unnest(fault_columns) AS named, unnest(fault_values) AS value,
        unnest(fault_codes) AS code
    FROM stage_benefit WHERE NOT known
    UNION ALL
    SELECT line, household_id, %(reference_column)s, first_line::text, 'repeated'
    FROM stage_benefit WHERE first_line < line
    UNION ALL
    SELECT stage.line, stage.household_id, %(reference_column)s, stage.reference, 'other_content'
    FROM stage_benefit AS stage JOIN schemes_benefit AS benefit
        ON benefit.scheme_id = %(scheme)s AND benefit.reference = stage.reference
    WHERE NOT stage.known AND stage.first_line = stage.line AND cardinality(stage.fault_codes) = 0
        AND stage.household_id IS NOT NULL
    UNION ALL
    SELECT line, NULL, %(rsu_column)s, rsu, 'unknown_rsu'
    FROM stage_benefit WHERE rsu IS NOT NULL AND found_id IS NULL AND NOT known
    UNION ALL
    SELECT line, household_id, %(nina_column)s, nina_said,
        CASE WHEN person_id IS NULL THEN 'unknown_nina' ELSE 'nobody_there' END
    FROM stage_benefit
    WHERE nina_index IS NOT NULL AND (person_id IS NULL OR rsu IS NULL AND found_id IS NULL) AND NOT known
    UNION ALL
    SELECT stage.line, stage.household_id, %(nina_column)s, stage.nina_said, 'nina_elsewhere'
    FROM stage_benefit AS stage
    WHERE stage.nina_index IS NOT NULL AND stage.rsu IS NOT NULL AND stage.found_id IS NOT NULL
        AND stage.person_id IS NOT NULL AND NOT stage.known AND NOT EXISTS (
            SELECT FROM registry_membership AS member WHERE member.person_id = stage.person_id
                AND member.household_id IN (stage.found_id, stage.household_id))
    UNION ALL
    SELECT line, NULL, %(phone_column)s, phone_said, CASE WHEN households > 1 THEN 'several' ELSE 'unknown_phone' END
    FROM stage_benefit
    WHERE phone_index IS NOT NULL AND rsu IS NULL AND nina_index IS NULL AND households <> 1 AND NOT known
    UNION ALL
    SELECT stage.line, stage.household_id, %(rsu_column)s, household.rsu_number, 'erased'
    FROM stage_benefit AS stage JOIN registry_household AS household ON household.id = stage.household_id
    WHERE household.source_key LIKE 'effacé:%%' AND NOT stage.known
    UNION ALL
    SELECT stage.line, stage.household_id, %(rsu_column)s, '', 'outside'
    FROM stage_benefit AS stage JOIN registry_household AS household ON household.id = stage.household_id
    JOIN geography_area AS commune ON commune.id = household.commune_id
    WHERE NOT commune.path LIKE ANY (%(paths)s) AND NOT stage.known
), told AS (
    INSERT INTO schemes_benefitproblem (batch_id, household_id, severity, line, "column", value, code)
    SELECT %(batch)s, household_id, 'error', line, left(coalesce(named, ''), 120), left(coalesce(value, ''), 80), code
    FROM found ORDER BY line, code
)
UPDATE stage_benefit AS target SET held = true
FROM (SELECT DISTINCT line FROM found) AS wrong WHERE wrong.line = target.line
