-- reads: delivery_conditionreview, delivery_conditionfinding; households judged of reviews whose term ended in the days:
-- those who did what the condition asks (a finding set aside counts so), and those who did not
SELECT review.id AS unit, NULL::bigint AS household_id, NULL::bigint AS commune_id, 'sessions' AS kind,
    NULL::text AS agreement, NULL::text AS sex, NULL::integer AS age, review.last_on AS on_day, told.amount, told.good
FROM delivery_conditionreview AS review
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE dismissed_at IS NULL) AS failed
    FROM delivery_conditionfinding WHERE review_id = review.id
) AS short
CROSS JOIN LATERAL (VALUES
    (review.kept + review.failed - short.failed, true), (short.failed, false)
) AS told (amount, good)
WHERE review.status IN ('reported', 'decided') AND review.last_on BETWEEN %(since)s AND %(until)s AND told.amount > 0
