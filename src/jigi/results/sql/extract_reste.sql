-- reads: what extract_ordres.sql reads but places; the table « reste » of an extract: the orders of households that it does
-- not tell, added up without a place, so that francs are those of the accounts
SELECT programme.code, component.code, agency.code, agreement.code, to_char(paid.settled_on, 'YYYY'), paid.status,
    count(*), sum(paid.amount_xof),
    sum(CASE paid.status WHEN 'paid' THEN paid.amount_xof WHEN 'partial' THEN paid.paid_xof ELSE 0 END)
FROM payments_instruction AS paid
JOIN payments_paymentround AS turn ON turn.id = paid.round_id AND turn.status IN ('released', 'closed')
JOIN programmes_component AS component ON component.id = paid.component_id
JOIN programmes_programme AS programme ON programme.id = component.programme_id
JOIN programmes_agency AS agency ON agency.id = paid.agency_id
JOIN programmes_fundingline AS line ON line.id = paid.funding_line_id
JOIN programmes_agreement AS agreement ON agreement.id = line.agreement_id
WHERE NOT EXISTS (SELECT FROM extract_household AS kept WHERE kept.id = paid.household_id)
GROUP BY 1, 2, 3, 4, 5, 6
