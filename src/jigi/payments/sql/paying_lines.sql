-- reads: payments_roundcommune, programmes_fundingcommune, programmes_agreement, programmes_amendment, programmes_eligibility, programmes_agencycommune, programmes_feerule, ledger_account; the lines that may pay each commune of a round over its period, in their order, with the rights each has money for
SELECT fc.commune_id, fc.funding_line_id, fc.percent, fc.rank,
    -- A right takes the fee on top of its agency from the same money.
    greatest(0, account.balance_xof) / (component.amount_xof + coalesce(
        programmes_fee(fee.fixed_xof, fee.per_mille, fee.least_xof, fee.most_xof, component.amount_xof), 0)) AS capacity
FROM payments_roundcommune AS rc
JOIN programmes_fundingcommune AS fc ON fc.component_id = rc.component_id AND fc.commune_id = rc.commune_id
JOIN programmes_component AS component ON component.id = rc.component_id
JOIN programmes_fundingline AS line ON line.id = fc.funding_line_id
JOIN programmes_agreement AS agreement ON agreement.id = line.agreement_id
JOIN ledger_account AS account ON account.id = line.available_id
LEFT JOIN programmes_agencycommune AS served ON served.component_id = rc.component_id AND served.commune_id = rc.commune_id
LEFT JOIN programmes_feerule AS fee ON fee.mode = 'on_top'
    AND fee.id = programmes_fee_rule(served.agency_id, rc.commune_id, component.programme_id, %(fees_on)s)
WHERE rc.payment_round_id = %(round)s
    AND greatest(agreement.closes_on, (
        SELECT max(amendment.closes_on) FROM programmes_amendment AS amendment
        JOIN programmes_amendmentdecision AS decision ON decision.amendment_id = amendment.id AND decision.confirmed
        WHERE amendment.agreement_id = agreement.id
    )) >= %(period_end)s
    AND (fc.starts_on IS NULL OR fc.starts_on <= %(period_start)s)
    AND (fc.ends_on IS NULL OR fc.ends_on >= %(period_start)s)
    AND programmes_ineligible(agreement.id, rc.component_id, rc.commune_id, %(period_start)s, %(period_end)s, current_date) = ''
ORDER BY fc.commune_id, fc.rank
