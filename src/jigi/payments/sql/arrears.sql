-- reads: payments_entitlement owed in the round's communes; writes: payments_instruction, one order for each
INSERT INTO payments_instruction (origin_round_id, entitlement_id, round_id, component_id, household_id,
    funding_line_id, recipient_id, commune_id, agency_id, account_sealed, account_index, pay_point, reference, kind,
    attempt, amount_xof)
SELECT owed.round_id, owed.id, %(round)s, owed.component_id, owed.household_id, owed.funding_line_id,
    e.recipient_id, owed.commune_id, e.agency_id, e.account_sealed, e.account_index, e.pay_point,
    payments_reference(owed.round_id, owed.id, (owed.attempts + 1)::smallint), 'arrears', owed.attempts + 1,
    owed.amount_xof - owed.paid_xof
FROM (
    -- The oldest first, as many as the cap: what is beyond stays owed.
    SELECT debt.*, row_number() OVER (PARTITION BY e.household_id ORDER BY debt.round_id, debt.entitlement_id) AS rank
    FROM payments_owed AS debt
    JOIN payments_entitlement AS due ON due.round_id = debt.round_id AND due.id = debt.entitlement_id
    JOIN enrolment_enrolment AS e ON e.id = due.enrolment_id
    WHERE debt.component_id = %(component)s AND (%(only)s::bigint IS NULL OR debt.entitlement_id = %(only)s)
        AND NOT EXISTS (
            SELECT FROM payments_instruction AS live
            WHERE live.origin_round_id = debt.round_id AND live.entitlement_id = debt.entitlement_id
                AND live.status IN ('open', 'paid')
        )
) AS debt
JOIN payments_roundcommune AS rc ON rc.payment_round_id = %(round)s AND rc.commune_id = debt.commune_id
JOIN payments_entitlement AS owed ON owed.round_id = debt.round_id AND owed.id = debt.entitlement_id
JOIN enrolment_enrolment AS e ON e.id = owed.enrolment_id
WHERE debt.rank <= %(most_arrears)s
    AND e.status <> 'suspended'
    AND e.id NOT IN (SELECT id FROM (
{sql:withheld}
    ) AS withheld WHERE debt)
ORDER BY owed.id
