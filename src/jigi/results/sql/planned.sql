-- reads: payments_entitlement, payments_paymentround, programmes_component, programmes_fundingline,
-- programmes_agreement; the rights of lists frozen, of terms that begin in the days: what of each is paid (`good`), what
-- is not. A right is paid once, whichever round brought it.
SELECT planned.household_id AS unit, planned.household_id, planned.commune_id, component.kind,
    agreement.code AS agreement, NULL::text AS sex, NULL::integer AS age, turn.covers_from AS on_day, told.amount,
    told.good
FROM payments_entitlement AS planned
JOIN payments_paymentround AS turn ON turn.id = planned.round_id
JOIN programmes_component AS component ON component.id = planned.component_id
JOIN programmes_fundingline AS line ON line.id = planned.funding_line_id
JOIN programmes_agreement AS agreement ON agreement.id = line.agreement_id
CROSS JOIN LATERAL (
    SELECT CASE planned.status WHEN 'paid' THEN planned.amount_xof ELSE planned.paid_xof END AS paid_xof
) AS part
CROSS JOIN LATERAL (VALUES (part.paid_xof, true), (planned.amount_xof - part.paid_xof, false)) AS told (amount, good)
WHERE turn.status IN ('frozen', 'approved', 'released', 'closed') AND planned.status <> 'cancelled'
    AND turn.covers_from BETWEEN %(since)s AND %(until)s AND told.amount > 0
