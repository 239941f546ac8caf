-- reads: schemes_benefit, registry_household; writes: stage_benefit (lines already recorded with the same content, those of
-- an erased household by the digest of their reference)
UPDATE stage_benefit AS target SET known = true
FROM (
    SELECT stage.line
    FROM stage_benefit AS stage
    JOIN schemes_benefit AS benefit ON benefit.scheme_id = %(scheme)s AND benefit.reference = stage.reference
    JOIN registry_household AS household ON household.id = benefit.household_id
    WHERE cardinality(stage.fault_codes) = 0
        AND CASE WHEN household.merged_into_id IS NULL THEN household.id ELSE schemes_survivor(household.id) END
            = stage.household_id
        AND (benefit.nature, benefit.unit, benefit.given_from) = (stage.nature, stage.unit, stage.given_from)
        AND (benefit.amount_xof, benefit.quantity, benefit.given_to)
            IS NOT DISTINCT FROM (stage.amount_xof, stage.quantity, stage.given_to)
    UNION ALL
    SELECT stage.line
    FROM stage_benefit AS stage
    JOIN schemes_benefit AS benefit ON benefit.scheme_id = %(scheme)s
        AND benefit.reference = 'effacé:' || encode(sha256(convert_to(stage.reference, 'UTF8')), 'hex')
) AS found
WHERE target.line = found.line AND target.first_line = target.line
