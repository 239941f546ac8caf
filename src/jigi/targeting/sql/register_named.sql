-- reads: what placed.sql reads; writes: targeting_listedhousehold, the households of a list
-- given by their numbers that are in the campaign's villages and were not listed before, after those who were
INSERT INTO targeting_listedhousehold (targeting_round_id, household_id, rank, food_insecurity, income_source,
    production_tools, household_composition, reason, file_name, line)
SELECT %(round)s, household.id,
    (SELECT coalesce(max(rank), 0) FROM targeting_listedhousehold WHERE targeting_round_id = %(round)s)
        + row_number() OVER (ORDER BY household.id),
    false, false, false, false, '', %(origin)s, 0
FROM (
{sql:placed}
) AS household
WHERE household.id = ANY (%(households)s) AND household.village_id IS NOT NULL
ON CONFLICT (targeting_round_id, household_id) DO NOTHING
