-- reads: touched_household, erased_household, erased_person, enrolment_enrolment, payments_entitlement,
-- payments_instruction, payments_paymentround, delivery_due, payments_duetaken; counts what forbids an erasure: enrolments that
-- live, money due or on its way
WITH mine AS (
    SELECT status, household_id IN (SELECT id FROM erased_household)
        OR recipient_id IN (SELECT id FROM erased_person)
        OR alternate_id IN (SELECT id FROM erased_person) AS concerned
    FROM enrolment_enrolment WHERE household_id IN (SELECT id FROM touched_household)
), rights AS (
    SELECT owed.status, round.status AS round_status
    FROM payments_entitlement AS owed JOIN payments_paymentround AS round ON round.id = owed.round_id
    WHERE owed.household_id IN (SELECT id FROM touched_household)
        AND (owed.household_id IN (SELECT id FROM erased_household)
            OR owed.recipient_id IN (SELECT id FROM erased_person))
), earned AS (
    SELECT due.id FROM delivery_due AS due
    WHERE due.household_id IN (SELECT id FROM touched_household) AND due.cancelled_at IS NULL
        AND (due.household_id IN (SELECT id FROM erased_household) OR due.person_id IN (SELECT id FROM erased_person))
        AND NOT EXISTS (SELECT FROM payments_duetaken AS taken WHERE taken.due_id = due.id)
), orders AS (
    SELECT line.status, round.status AS round_status
    FROM payments_instruction AS line JOIN payments_paymentround AS round ON round.id = line.round_id
    WHERE line.household_id IN (SELECT id FROM touched_household)
        AND (line.household_id IN (SELECT id FROM erased_household)
            OR line.recipient_id IN (SELECT id FROM erased_person))
)
SELECT (SELECT count(*) FROM mine WHERE concerned AND status <> 'exited') AS enrolments,
    (SELECT count(*) FROM rights WHERE status IN ('due', 'owed')) + (SELECT count(*) FROM earned) AS due,
    (SELECT count(*) FROM orders WHERE status = 'open') AS under_way,
    (SELECT count(*) FROM (SELECT round_status FROM rights UNION ALL SELECT round_status FROM orders) AS rounds
        WHERE round_status NOT IN ('closed', 'cancelled')) AS open_rounds
