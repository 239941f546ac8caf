-- reads: targeting_truth, targeting_result of one campaign, registry_household; the poor are as many as the selected
WITH known AS (
    SELECT result.selected, result.committee_rank IS NOT NULL AS listed,
        row_number() OVER (ORDER BY truth.consumption_xof, household.id) AS place,
        count(*) FILTER (WHERE result.selected) OVER () AS places
    FROM targeting_result AS result
    JOIN registry_household AS household ON household.id = result.household_id
    JOIN targeting_truth AS truth ON truth.source_key = household.source_key
    WHERE result.targeting_round_id = %(round)s
)
SELECT count(*) AS households, count(*) FILTER (WHERE selected) AS selected,
    count(*) FILTER (WHERE place <= places) AS poor,
    count(*) FILTER (WHERE place <= places AND NOT selected) AS missed,
    count(*) FILTER (WHERE place <= places AND NOT listed) AS not_listed
FROM known
