-- reads: payments_roundcommune, payments_paymentround, payments_communesuspension, enrolment_enrolment; by commune of a round, the last term closed, but where one was missed
SELECT own.commune_id, max(done.term) AS term
FROM payments_roundcommune AS own
JOIN payments_roundcommune AS done ON done.component_id = own.component_id AND done.commune_id = own.commune_id
    AND done.sequence = 1 AND done.live
JOIN payments_paymentround AS round ON round.id = done.payment_round_id AND round.status = 'closed'
WHERE own.payment_round_id = %(round)s
GROUP BY own.component_id, own.commune_id
-- A commune that was suspended keeps all its terms: nobody leaves it before those that it missed are paid.
HAVING NOT EXISTS (
    SELECT FROM payments_communesuspension AS suspended
    WHERE suspended.component_id = own.component_id AND suspended.commune_id = own.commune_id
        AND suspended.confirmed_at IS NOT NULL
) OR NOT EXISTS (
    SELECT FROM generate_series((
            SELECT min(e.first_term)::int FROM enrolment_enrolment AS e
            WHERE e.component_id = own.component_id AND e.commune_id = own.commune_id AND e.status = 'active'
        ), max(done.term)::int) AS due (term)
    WHERE due.term NOT IN (
        SELECT closed.term FROM payments_roundcommune AS closed
        JOIN payments_paymentround AS its ON its.id = closed.payment_round_id AND its.status = 'closed'
        WHERE closed.component_id = own.component_id AND closed.commune_id = own.commune_id AND closed.sequence = 1
            AND closed.live)
)
ORDER BY term, own.commune_id
