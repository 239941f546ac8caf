-- reads: payments_entitlement, payments_roundfee, programmes_feerule; each right that has a fee on top, with it
SELECT e.round_id, e.id, e.funding_line_id, programmes_fee(rule.fixed_xof, rule.per_mille, rule.least_xof, rule.most_xof, e.amount_xof) AS fee_xof
FROM payments_roundfee AS ruled
JOIN programmes_feerule AS rule ON rule.id = ruled.rule_id AND rule.mode = 'on_top'
    AND (rule.fixed_xof > 0 OR rule.per_mille > 0 OR rule.least_xof > 0)
JOIN payments_entitlement AS e
    ON e.round_id = ruled.round_id AND e.commune_id = ruled.commune_id AND e.agency_id = ruled.agency_id
