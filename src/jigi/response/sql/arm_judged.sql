-- reads: enrolment_enrolment or schemes_benefit, schemes_scheme, registry_household, programmes_componentcommune,
-- response_served(); each household that an arm without a campaign names, once, and why it would not be enrolled (''
-- when it would): one with a home, or a place of stay when the displaced are followed, in the communes kept
WITH named AS (
    SELECT base.household_id, bool_and(base.status = 'suspended') AS suspended
    FROM enrolment_enrolment AS base
    WHERE base.component_id = %(base)s AND base.status <> 'exited'
    GROUP BY base.household_id
    UNION ALL
    SELECT CASE WHEN given.merged_into_id IS NULL THEN given.id ELSE schemes_survivor(given.id) END, false
    FROM schemes_benefit AS benefit JOIN registry_household AS given ON given.id = benefit.household_id
    WHERE benefit.scheme_id = %(scheme)s AND coalesce(benefit.given_to, benefit.given_from) >= %(since)s
    GROUP BY 1
), served AS (
    SELECT DISTINCT household_id FROM response_served(%(activation)s) WHERE component_id <> %(component)s
), helped AS (
{sql:arm_helped}
), place AS (
    SELECT household.id, named.suspended, household.status,
        CASE WHEN %(follow)s AND household.situation = 'displaced' AND household.stay_commune_id IS NOT NULL
            THEN household.stay_commune_id ELSE household.commune_id END AS paid_in
    FROM named JOIN registry_household AS household ON household.id = named.household_id
    WHERE household.commune_id = ANY (%(communes)s) OR %(follow)s AND household.situation = 'displaced'
        AND household.stay_commune_id = ANY (%(communes)s)
)
SELECT place.id,
    CASE WHEN place.status <> 'active' THEN 'gone'
        WHEN live.id IS NOT NULL OR served.household_id IS NOT NULL THEN 'enrolled'
        WHEN place.suspended THEN 'suspended'
        WHEN given.id IS NULL THEN 'outside'
        WHEN helped.household_id IS NOT NULL THEN 'helped'
        ELSE '' END AS reason
FROM place
LEFT JOIN enrolment_enrolment AS live
    ON live.household_id = place.id AND live.component_id = %(component)s AND live.status <> 'exited'
LEFT JOIN programmes_componentcommune AS given
    ON given.component_id = %(component)s AND given.commune_id = place.paid_in
LEFT JOIN served ON served.household_id = place.id
LEFT JOIN helped ON helped.household_id = place.id
