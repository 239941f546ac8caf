-- reads: payments_entitlement of one round; writes: payments_total, its rights that are reserved from now on
INSERT INTO payments_total AS kept
SELECT e.funding_line_id, e.round_id, e.component_id, e.commune_id, e.agency_id, 'reserve', count(*),
    sum(e.amount_xof)::bigint, sum(e.amount_xof)::bigint, 0, 0,
    coalesce(sum(programmes_fee(rule.fixed_xof, rule.per_mille, rule.least_xof, rule.most_xof, e.amount_xof))
        FILTER (WHERE rule.mode = 'on_top'), 0)::bigint, 0
FROM payments_entitlement AS e
LEFT JOIN payments_roundfee AS ruled
    ON ruled.round_id = e.round_id AND ruled.commune_id = e.commune_id AND ruled.agency_id = e.agency_id
LEFT JOIN programmes_feerule AS rule ON rule.id = ruled.rule_id
WHERE e.round_id = %(round)s
GROUP BY e.funding_line_id, e.round_id, e.component_id, e.commune_id, e.agency_id
ON CONFLICT ON CONSTRAINT total_pkey DO UPDATE
    SET lines = kept.lines + excluded.lines, amount_xof = kept.amount_xof + excluded.amount_xof,
        reserved_xof = kept.reserved_xof + excluded.reserved_xof, agency_xof = kept.agency_xof + excluded.agency_xof,
        paid_xof = kept.paid_xof + excluded.paid_xof, fees_xof = kept.fees_xof + excluded.fees_xof,
        paid_lines = kept.paid_lines + excluded.paid_lines
