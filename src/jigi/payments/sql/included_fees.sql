-- reads: payments_instruction, payments_roundfee, programmes_feerule of one round; by agency, the fees of its rights and whether they are on top
SELECT agency.name AS agency, rule.mode, count(*) AS rights, sum(e.amount_xof)::bigint AS amount_xof,
    sum(programmes_fee(rule.fixed_xof, rule.per_mille, rule.least_xof, rule.most_xof, e.amount_xof))::bigint AS fees_xof, min(rule.why) AS why
FROM payments_entitlement AS e
JOIN payments_roundfee AS ruled
    ON ruled.round_id = e.round_id AND ruled.commune_id = e.commune_id AND ruled.agency_id = e.agency_id
JOIN programmes_feerule AS rule ON rule.id = ruled.rule_id
JOIN programmes_agency AS agency ON agency.id = e.agency_id
WHERE e.round_id = %(round)s
GROUP BY agency.id, rule.id
ORDER BY agency.name, rule.id
