-- reads: registry_household, registry_livingconditions, enrolment_enrolment, schemes_*, geography_area; for each cercle
-- of the communes kept: households and persons in the register, those whom schemes helped, those live in the base, and
-- those of the register who may be added (fresh, of the livelihoods, neither helped nor live for the purpose)
WITH helped AS MATERIALIZED (
{sql:arm_helped}
), live AS MATERIALIZED (
    SELECT enrolled.household_id, bool_or(enrolled.component_id = %(base)s AND enrolled.status = 'active') AS in_base
    FROM enrolment_enrolment AS enrolled JOIN programmes_component AS component ON component.id = enrolled.component_id
    WHERE enrolled.status <> 'exited' AND (enrolled.component_id = %(base)s OR component.purpose = %(purpose)s)
    GROUP BY enrolled.household_id
), judged AS (
    SELECT commune.parent_id AS cercle_id, household.size, helped.household_id IS NOT NULL AS is_helped,
        coalesce(live.in_base, false) AND helped.household_id IS NULL AS is_vertical,
        live.household_id IS NULL AND helped.household_id IS NULL AND household.village_id IS NOT NULL
            AND conditions.id IS NOT NULL
            AND coalesce(conditions.collected_on >= %(fresh_since)s, true)
            AND (cardinality(%(livelihoods)s::text[]) = 0 OR conditions.livelihood = ANY (%(livelihoods)s::text[]))
            AS is_candidate
    FROM registry_household AS household
    JOIN geography_area AS commune ON commune.id = household.commune_id
    LEFT JOIN registry_livingconditions AS conditions ON conditions.household_id = household.id
    LEFT JOIN live ON live.household_id = household.id
    LEFT JOIN helped ON helped.household_id = household.id
    WHERE household.commune_id = ANY (%(communes)s) AND household.status = 'active'
)
SELECT cercle_id, count(*) AS registered, coalesce(sum(size), 0)::bigint AS persons,
    count(*) FILTER (WHERE is_helped) AS already_helped,
    count(*) FILTER (WHERE is_vertical) AS vertical,
    coalesce(sum(size) FILTER (WHERE is_vertical), 0)::bigint AS vertical_persons,
    count(*) FILTER (WHERE is_candidate) AS candidates,
    coalesce(sum(size) FILTER (WHERE is_candidate), 0)::bigint AS candidate_persons
FROM judged GROUP BY cercle_id ORDER BY cercle_id
