-- reads: what placed.sql reads, registry_livingconditions, targeting_listedhousehold, targeting_leftout,
-- targeting_quota; writes: targeting_result, one row per active household of the campaign's villages
INSERT INTO targeting_result
    (targeting_round_id, household_id, village_id, committee_rank, score, position, selected, reason)
WITH candidate AS (
    SELECT household.id, household.village_id, listed.rank AS committee_rank, left_out.reason AS left_out,
        CASE WHEN conditions.id IS NOT NULL THEN {score} END AS score
    FROM (
{sql:placed}
    ) AS household
    LEFT JOIN registry_livingconditions AS conditions ON conditions.household_id = household.id
    LEFT JOIN targeting_listedhousehold AS listed
        ON listed.household_id = household.id AND listed.targeting_round_id = %(round)s
    LEFT JOIN targeting_leftout AS left_out
        ON left_out.household_id = household.id AND left_out.targeting_round_id = %(round)s
    WHERE household.village_id IS NOT NULL
), ranked AS (
    -- The order of rules.rank: score (all NULL in a campaign without a formula), committee, number.
    -- Whoever is left out of the list has no rank there, whoever listed them.
    SELECT able.*, row_number() OVER (PARTITION BY village_id, ranks ORDER BY score, committee_rank, id) AS place
    FROM (
        SELECT candidate.*, committee_rank IS NOT NULL AND left_out IS NULL
            AND (score IS NOT NULL OR %(by_committee)s) AS ranks
        FROM candidate
    ) AS able
)
SELECT %(round)s, ranked.id, ranked.village_id, committee_rank, score,
    CASE WHEN ranks THEN place END,
    ranks AND place <= coalesce(quota.places, 0),
    CASE
        WHEN ranks AND place <= coalesce(quota.places, 0) THEN 'within_quota'
        WHEN ranks THEN 'beyond_quota'
        WHEN left_out IS NOT NULL THEN left_out
        WHEN committee_rank IS NULL THEN 'not_listed'
        ELSE 'no_score'
    END
FROM ranked
LEFT JOIN targeting_quota AS quota
    ON quota.targeting_round_id = %(round)s AND quota.village_id = ranked.village_id
