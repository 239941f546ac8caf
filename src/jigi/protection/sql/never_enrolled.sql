-- reads: registry_household, registry_membership, enrolment_enrolment, payments_entitlement, payments_instruction,
-- payments_paymentround, delivery_due, payments_duetaken, protection_datarequest; the households never enrolled,
-- themselves or merged into them, not seen for long, of which nobody is asking anything and to whose members no money is due
-- or on its way (what_holds.sql)
SELECT household.id FROM registry_household AS household
WHERE household.collected_on < %(before)s AND household.source_key NOT LIKE 'effacé:%%'
    AND NOT EXISTS (SELECT FROM enrolment_enrolment AS enrolled WHERE enrolled.household_id = household.id)
    AND household.id NOT IN (
        SELECT schemes_survivor(absorbed.id) FROM registry_household AS absorbed
        JOIN enrolment_enrolment AS enrolled ON enrolled.household_id = absorbed.id
        WHERE absorbed.merged_into_id IS NOT NULL)
    AND NOT EXISTS (
        SELECT FROM registry_membership AS member
        JOIN enrolment_enrolment AS enrolled ON member.person_id IN (enrolled.recipient_id, enrolled.alternate_id)
        WHERE member.household_id = household.id AND enrolled.status <> 'exited')
    AND household.id NOT IN (
        SELECT member.household_id FROM registry_membership AS member
        JOIN (
            SELECT owed.recipient_id FROM payments_entitlement AS owed
            JOIN payments_paymentround AS round ON round.id = owed.round_id
            WHERE owed.status IN ('due', 'owed') OR round.status NOT IN ('closed', 'cancelled')
            UNION
            SELECT due.person_id FROM delivery_due AS due
            WHERE due.cancelled_at IS NULL
                AND NOT EXISTS (SELECT FROM payments_duetaken AS taken WHERE taken.due_id = due.id)
            UNION
            SELECT line.recipient_id FROM payments_instruction AS line
            JOIN payments_paymentround AS round ON round.id = line.round_id
            WHERE line.status = 'open' OR round.status NOT IN ('closed', 'cancelled')
        ) AS waiting ON waiting.recipient_id = member.person_id)
    AND NOT EXISTS (
        SELECT FROM protection_datarequest AS asked
        WHERE asked.household_id = household.id AND asked.status IN ('received', 'accepted'))
