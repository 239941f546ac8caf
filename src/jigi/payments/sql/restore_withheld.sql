-- reads: delivery_withholding lifted after a round had applied it, of who has a right in this one; writes:
-- payments_termwithheld, which this round gives back
UPDATE payments_termwithheld AS applied SET restored_round_id = %(round)s
FROM delivery_withholding AS held, enrolment_enrolment AS e, payments_roundcommune AS rc
WHERE held.id = applied.withholding_id AND held.lifted_at IS NOT NULL AND applied.restored_round_id IS NULL
    AND applied.payment_round_id <> %(round)s AND applied.amount_xof > 0
    AND held.component_id = %(component)s AND e.id = held.enrolment_id
    AND rc.payment_round_id = %(round)s AND rc.commune_id = e.commune_id
    AND EXISTS (SELECT FROM payments_paymentround AS made WHERE made.id = applied.payment_round_id
        AND made.status IN ('released', 'closed'))
    AND {sql:payable}
