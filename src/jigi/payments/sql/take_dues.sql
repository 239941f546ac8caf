-- reads: delivery_due that no round has taken, of who has a right in one (payable.sql); writes: payments_duetaken
INSERT INTO payments_duetaken (due_id, payment_round_id)
SELECT due.id, %(round)s
FROM delivery_due AS due
JOIN enrolment_enrolment AS e ON e.id = due.enrolment_id
JOIN payments_roundcommune AS rc ON rc.payment_round_id = %(round)s AND rc.commune_id = e.commune_id
WHERE due.component_id = %(component)s AND due.cancelled_at IS NULL
    AND NOT EXISTS (SELECT FROM payments_duetaken AS taken WHERE taken.due_id = due.id)
    AND {sql:payable}
ORDER BY due.id
-- Who cancels one at this moment is waited for, and seen.
FOR SHARE OF due
