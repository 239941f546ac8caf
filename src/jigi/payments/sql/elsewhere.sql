-- reads: entitlements of the rounds (rivals) of other programmes that share the purpose and the period of one round; the
-- households they serve, each with a programme; a merged household counts as what it became
    SELECT CASE WHEN household.merged_into_id IS NULL THEN household.id ELSE schemes_survivor(household.id) END
            AS household_id, min(programme.name) AS programme
    FROM payments_entitlement AS taken
    JOIN registry_household AS household ON household.id = taken.household_id
    JOIN programmes_component AS component ON component.id = taken.component_id
    JOIN programmes_programme AS programme ON programme.id = component.programme_id
    WHERE taken.round_id = ANY (%(rivals)s) AND taken.status NOT IN ('cancelled', 'returned')
    GROUP BY 1
