-- reads: what served.sql reads, targeting_result, targeting_targetinground, registry_household; households served that a frozen campaign
-- scored; `good` is a score under the line: the score of the poorest part of the campaign (`poor_per_mille`)
WITH served AS ({sql:served}), lines AS (
    SELECT result.targeting_round_id, percentile_cont(%(poor_per_mille)s / 1000.0) WITHIN GROUP (ORDER BY result.score) AS line
    FROM targeting_result AS result
    JOIN targeting_targetinground AS campaign ON campaign.id = result.targeting_round_id AND campaign.status = 'frozen'
        AND campaign.frozen_at::date <= %(until)s
    WHERE result.score IS NOT NULL
    GROUP BY result.targeting_round_id
), scored AS (
    SELECT DISTINCT ON (1) CASE WHEN gone.id IS NULL THEN result.household_id ELSE schemes_survivor(gone.id) END
            AS household_id, result.score < lines.line AS poor
    FROM targeting_result AS result JOIN lines USING (targeting_round_id)
    LEFT JOIN registry_household AS gone ON gone.id = result.household_id AND gone.merged_into_id IS NOT NULL
    WHERE result.score IS NOT NULL
    ORDER BY 1, result.targeting_round_id DESC
)
SELECT served.household_id AS unit, served.household_id, served.commune_id, served.kind, served.agreement,
    NULL::text AS sex, NULL::integer AS age, served.on_day, served.amount, scored.poor AS good
FROM served JOIN scored ON scored.household_id = served.household_id
WHERE served.kind = ANY (%(kinds)s::text[])
