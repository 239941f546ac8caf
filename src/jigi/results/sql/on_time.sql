-- reads: payments_instruction, payments_paymentround, programmes_component, programmes_fundingline, programmes_agreement;
-- orders of the rounds released whose last day of payment is in the days; `good` is paid by that day
SELECT paid.id AS unit, paid.household_id, paid.commune_id, component.kind, agreement.code AS agreement,
    NULL::text AS sex, NULL::integer AS age, turn.pays_until AS on_day, paid.amount_xof AS amount,
    paid.status = 'paid' AND paid.settled_on <= turn.pays_until AS good
FROM payments_instruction AS paid
JOIN payments_paymentround AS turn ON turn.id = paid.round_id
JOIN programmes_component AS component ON component.id = paid.component_id
JOIN programmes_fundingline AS line ON line.id = paid.funding_line_id
JOIN programmes_agreement AS agreement ON agreement.id = line.agreement_id
WHERE turn.status IN ('released', 'closed') AND turn.pays_until BETWEEN %(since)s AND %(until)s
