-- reads: schemes_benefit, schemes_scheme, registry_household; the households that some schemes helped since a day; a
-- merged household counts as what it became
    SELECT DISTINCT CASE WHEN given.merged_into_id IS NULL THEN given.id ELSE schemes_survivor(given.id) END
        AS household_id
    FROM schemes_benefit AS benefit
    JOIN schemes_scheme AS scheme ON scheme.id = benefit.scheme_id AND scheme.code = ANY (%(leave_out)s)
    JOIN registry_household AS given ON given.id = benefit.household_id
    WHERE coalesce(benefit.given_to, benefit.given_from) >= %(helped_since)s
