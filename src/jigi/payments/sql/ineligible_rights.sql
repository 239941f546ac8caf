-- reads: payments_entitlement, payments_paymentround, programmes_eligibility; the agreements of the rights of a round that may not finance them, and why
SELECT agreement.code AS agreement, area.name AS commune, owed.commune_id, why.reason
FROM (
    SELECT DISTINCT round_id, funding_line_id, component_id, commune_id FROM payments_entitlement
    WHERE round_id = %(round)s
) AS owed
JOIN payments_paymentround AS round ON round.id = owed.round_id
JOIN programmes_fundingline AS line ON line.id = owed.funding_line_id
JOIN programmes_agreement AS agreement ON agreement.id = line.agreement_id
JOIN geography_area AS area ON area.id = owed.commune_id
CROSS JOIN LATERAL (SELECT programmes_ineligible(agreement.id, owed.component_id, owed.commune_id,
    round.covers_from, round.covers_until, current_date) AS reason) AS why
WHERE why.reason <> ''
ORDER BY area.name, agreement.code
