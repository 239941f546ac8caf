-- reads: payments_entitlement of one round; writes: payments_total, its rights that are reserved from now on
INSERT INTO payments_total AS kept
SELECT funding_line_id, round_id, component_id, commune_id, agency_id, 'reserve', count(*), sum(amount_xof)::bigint,
    sum(amount_xof)::bigint, 0, 0, 0, 0
FROM payments_entitlement
WHERE round_id = %(round)s
GROUP BY funding_line_id, round_id, component_id, commune_id, agency_id
ON CONFLICT ON CONSTRAINT total_pkey DO UPDATE
    SET lines = kept.lines + excluded.lines, amount_xof = kept.amount_xof + excluded.amount_xof,
        reserved_xof = kept.reserved_xof + excluded.reserved_xof, agency_xof = kept.agency_xof + excluded.agency_xof,
        paid_xof = kept.paid_xof + excluded.paid_xof, fees_xof = kept.fees_xof + excluded.fees_xof,
        paid_lines = kept.paid_lines + excluded.paid_lines
