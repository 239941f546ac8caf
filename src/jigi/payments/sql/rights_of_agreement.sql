-- reads: payments_total of one agreement's lines; per round and commune, the rights by what became of them
SELECT total.round_id, total.commune_id,
    coalesce(sum(total.lines) FILTER (WHERE total.kind = 'reserve'), 0)::bigint AS rights,
    coalesce(sum(total.amount_xof) FILTER (WHERE total.kind = 'reserve'), 0)::bigint AS amount_xof,
    sum(total.paid_lines)::bigint AS paid, sum(total.paid_xof)::bigint AS paid_xof,
    sum(total.reserved_xof + total.agency_xof)::bigint AS owed_xof,
    coalesce(sum(total.amount_xof) FILTER (WHERE total.kind = 'refund'), 0)::bigint AS returned_xof
FROM payments_total AS total
WHERE total.funding_line_id IN (SELECT id FROM programmes_fundingline WHERE agreement_id = %(agreement)s)
GROUP BY total.round_id, total.commune_id
