-- reads: payments_roundcommune, programmes_fundingcommune, programmes_eligibility; the agreements of the communes of a round that may not finance its term, and why
SELECT agreement.code AS agreement, area.name AS commune, rc.commune_id, why.reason
FROM payments_roundcommune AS rc
JOIN programmes_fundingcommune AS fc ON fc.component_id = rc.component_id AND fc.commune_id = rc.commune_id
JOIN programmes_fundingline AS line ON line.id = fc.funding_line_id
JOIN programmes_agreement AS agreement ON agreement.id = line.agreement_id
JOIN geography_area AS area ON area.id = rc.commune_id
CROSS JOIN LATERAL (SELECT programmes_ineligible(
    agreement.id, rc.component_id, rc.commune_id, %(period_start)s, %(period_end)s, current_date) AS reason) AS why
WHERE rc.payment_round_id = %(round)s AND rc.commune_id = ANY (%(communes)s) AND why.reason <> ''
ORDER BY area.name, agreement.code
