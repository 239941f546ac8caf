-- reads: targeting_list_match, targeting_list_problem; writes: targeting_listedhousehold
-- returns: how many households are new on the list, how many are said differently than before
WITH merged AS (
    INSERT INTO targeting_listedhousehold AS known
        (targeting_round_id, household_id, rank, food_insecurity, income_source, production_tools,
            household_composition, reason, file_name, line)
    SELECT %(round)s, household_id, rank::int, lower(food_insecurity) = ANY (%(yes)s::text[]),
        lower(income_source) = ANY (%(yes)s::text[]), lower(production_tools) = ANY (%(yes)s::text[]),
        lower(household_composition) = ANY (%(yes)s::text[]), reason, %(file)s, line
    FROM targeting_list_match
    WHERE line NOT IN (SELECT line FROM targeting_list_problem)
    ORDER BY line
    ON CONFLICT (targeting_round_id, household_id) DO UPDATE SET
        rank = excluded.rank, food_insecurity = excluded.food_insecurity, income_source = excluded.income_source,
        production_tools = excluded.production_tools, household_composition = excluded.household_composition,
        reason = excluded.reason, file_name = excluded.file_name, line = excluded.line
    WHERE (known.rank, known.food_insecurity, known.income_source, known.production_tools,
            known.household_composition, known.reason)
        IS DISTINCT FROM (excluded.rank, excluded.food_insecurity, excluded.income_source,
            excluded.production_tools, excluded.household_composition, excluded.reason)
    RETURNING xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM merged
