-- reads: what placed.sql reads, registry_livingconditions, targeting_barred; writes:
-- targeting_listedhousehold (every household that the criteria keep), targeting_leftout (the others, with the reason)
WITH barred AS MATERIALIZED (
    SELECT household_id, min(reason) AS reason FROM targeting_barred GROUP BY household_id
), judged AS MATERIALIZED (
    SELECT household.id,
        CASE WHEN household.village_id IS NULL THEN 'no_village'
            WHEN barred.reason IS NOT NULL THEN barred.reason
            WHEN coalesce(conditions.collected_on, household.collected_on) < %(fresh_since)s THEN 'too_old'
            -- Of whom nothing is known no livelihood is: the ranking says that the questionnaire lacks.
            WHEN conditions.id IS NOT NULL AND cardinality(%(livelihoods)s::text[]) > 0
                AND coalesce(conditions.livelihood, '') <> ALL (%(livelihoods)s::text[]) THEN 'other_means'
        END AS reason
    FROM (
{sql:placed}
    ) AS household
    LEFT JOIN registry_livingconditions AS conditions ON conditions.household_id = household.id
    LEFT JOIN barred ON barred.household_id = household.id
), listed AS (
    INSERT INTO targeting_listedhousehold (targeting_round_id, household_id, rank, food_insecurity, income_source,
        production_tools, household_composition, reason, file_name, line)
    SELECT %(round)s, id, 1, false, false, false, false, '', %(origin)s, 0 FROM judged WHERE reason IS NULL ORDER BY id
    ON CONFLICT (targeting_round_id, household_id) DO NOTHING
), left_out AS (
    INSERT INTO targeting_leftout (targeting_round_id, household_id, reason)
    SELECT %(round)s, id, reason FROM judged WHERE reason IS NOT NULL ORDER BY id
)
SELECT coalesce(reason, 'listed') AS reason, count(*) AS households FROM judged GROUP BY reason
