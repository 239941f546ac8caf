-- reads: targeting_listedhousehold, registry_household, registry_livingconditions, targeting_barred; writes:
-- targeting_leftout, the listed households of one campaign that are not to be ranked, with the reason
WITH barred AS MATERIALIZED (
    SELECT household_id, min(reason) AS reason FROM targeting_barred GROUP BY household_id
), judged AS (
    SELECT household.id,
        CASE WHEN barred.reason IS NOT NULL THEN barred.reason
            WHEN coalesce(conditions.collected_on, household.collected_on) < %(fresh_since)s THEN 'too_old'
            WHEN conditions.id IS NOT NULL AND cardinality(%(livelihoods)s::text[]) > 0
                AND coalesce(conditions.livelihood, '') <> ALL (%(livelihoods)s::text[]) THEN 'other_means'
        END AS reason
    FROM targeting_listedhousehold AS listed
    JOIN registry_household AS household ON household.id = listed.household_id
    LEFT JOIN registry_livingconditions AS conditions ON conditions.household_id = household.id
    LEFT JOIN barred ON barred.household_id = household.id
    WHERE listed.targeting_round_id = %(round)s
)
INSERT INTO targeting_leftout (targeting_round_id, household_id, reason)
SELECT %(round)s, id, reason FROM judged WHERE reason IS NOT NULL ORDER BY id
