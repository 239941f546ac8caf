-- reads: entitlements owed to enrolments that have ended; gives rights and francs by agreement
SELECT agreement.code, agreement.name, count(*) AS rights, sum(owed.amount_xof - owed.paid_xof)::bigint AS amount_xof
FROM payments_owed AS debt
JOIN payments_entitlement AS owed ON owed.round_id = debt.round_id AND owed.id = debt.entitlement_id
JOIN enrolment_enrolment AS e ON e.id = owed.enrolment_id
JOIN programmes_fundingline AS funding ON funding.id = owed.funding_line_id
JOIN programmes_agreement AS agreement ON agreement.id = funding.agreement_id
WHERE debt.component_id = %(component)s AND e.status = 'exited'
    AND NOT EXISTS (
        SELECT FROM payments_instruction AS live
        WHERE live.origin_round_id = owed.round_id AND live.entitlement_id = owed.id AND live.status = 'open'
    )
GROUP BY agreement.id
ORDER BY agreement.code
