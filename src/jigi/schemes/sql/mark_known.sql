-- reads: schemes_benefit, registry_household; writes: stage_benefit (lines already recorded with the same content, those of
-- an erased household by the digest of their reference)
UPDATE stage_benefit AS target SET known = true
FROM schemes_benefit AS benefit JOIN registry_household AS household ON household.id = benefit.household_id
WHERE benefit.scheme_id = %(scheme)s AND target.first_line = target.line AND (
    benefit.reference = 'effacé:' || encode(sha256(convert_to(target.reference, 'UTF8')), 'hex')
    OR benefit.reference = target.reference AND cardinality(target.fault_codes) = 0
        AND CASE WHEN household.merged_into_id IS NULL THEN household.id ELSE schemes_survivor(household.id) END
            = target.household_id
        AND (benefit.nature, benefit.unit, benefit.given_from) = (target.nature, target.unit, target.given_from)
        AND (benefit.amount_xof, benefit.quantity, benefit.given_to)
            IS NOT DISTINCT FROM (target.amount_xof, target.quantity, target.given_to))
