-- reads: delivery_reach, payments_instruction, payments_paymentround; households of a year that sessions reached, that a
-- programme paid, both and either: each counted once
WITH reached AS (
    SELECT DISTINCT household_id FROM delivery_reach
    WHERE year = %(year)s AND sort = 'sessions'
        AND (%(communes)s::bigint[] IS NULL OR commune_id = ANY (%(communes)s::bigint[]))
), paid AS (
    SELECT DISTINCT household_id FROM payments_instruction
    WHERE status IN ('paid', 'partial') AND settled_on >= make_date(%(year)s, 1, 1) AND settled_on < make_date(%(year)s + 1, 1, 1)
        AND (%(communes)s::bigint[] IS NULL OR commune_id = ANY (%(communes)s::bigint[]))
)
SELECT count(reached.household_id) AS reached, count(paid.household_id) AS paid,
    count(*) FILTER (WHERE reached.household_id IS NOT NULL AND paid.household_id IS NOT NULL) AS both,
    count(*) AS either
FROM reached FULL JOIN paid USING (household_id)
