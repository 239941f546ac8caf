-- reads: targeting_list_match; creates: targeting_list_problem, what is wrong with which line
CREATE TEMPORARY TABLE targeting_list_problem ON COMMIT DROP AS
SELECT match.line, problem.code, problem.column_name, problem.value
FROM targeting_list_match AS match
CROSS JOIN LATERAL (
    SELECT 'no_number', %(number_column)s, '' WHERE match.number = ''
    UNION ALL
    SELECT 'unknown_household', %(number_column)s, match.number
    WHERE match.number <> '' AND match.everywhere IS NULL
    UNION ALL
    SELECT 'elsewhere', %(number_column)s, match.number WHERE match.everywhere > 0 AND match.here = 0
    UNION ALL
    SELECT 'several_households', %(number_column)s, match.number WHERE match.here > 1
    UNION ALL
    SELECT 'listed_twice', %(number_column)s, match.first_line::text
    WHERE match.number <> '' AND match.line > match.first_line
    UNION ALL
    SELECT 'no_village', %(number_column)s, match.number
    WHERE match.household_id IS NOT NULL AND match.village_id IS NULL
    UNION ALL
    SELECT 'other_village', 'village_code', match.village_code
    WHERE match.village_code <> '' AND match.own_village_code <> match.village_code
    UNION ALL
    SELECT 'no_rank', 'rang', match.rank WHERE match.rank !~ '^0*[1-9][0-9]{0,8}$'
    UNION ALL
    SELECT 'not_yes_or_no', criterion.name, criterion.said
    FROM (VALUES ('insecurite_alimentaire', match.food_insecurity), ('source_revenu', match.income_source),
        ('outils_production', match.production_tools), ('taille_composition', match.household_composition)
    ) AS criterion (name, said)
    WHERE lower(criterion.said) <> ALL (%(yes)s::text[] || %(no)s::text[])
    UNION ALL
    SELECT 'no_reason', 'motif', ''
    WHERE match.reason = '' AND lower(match.food_insecurity) <> ALL (%(yes)s::text[])
        AND lower(match.income_source) <> ALL (%(yes)s::text[]) AND lower(match.production_tools) <> ALL (%(yes)s::text[])
        AND lower(match.household_composition) <> ALL (%(yes)s::text[])
) AS problem (code, column_name, value)
