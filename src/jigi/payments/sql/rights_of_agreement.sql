-- reads: payments_entitlement of one agreement's lines, in rounds it is reserved for; per round and commune, by state
SELECT owed.round_id, owed.commune_id, count(*) AS rights, sum(owed.amount_xof)::bigint AS amount_xof,
    count(*) FILTER (WHERE owed.status = 'paid') AS paid,
    coalesce(sum(CASE owed.status WHEN 'paid' THEN owed.amount_xof ELSE owed.paid_xof END), 0)::bigint AS paid_xof,
    coalesce(sum(owed.amount_xof - owed.paid_xof) FILTER (WHERE owed.status IN ('due', 'owed')), 0)::bigint AS owed_xof,
    coalesce(sum(owed.amount_xof - owed.paid_xof) FILTER (WHERE owed.status = 'returned'), 0)::bigint AS returned_xof
FROM payments_entitlement AS owed
WHERE owed.funding_line_id IN (SELECT id FROM programmes_fundingline WHERE agreement_id = %(agreement)s)
    AND owed.round_id IN (SELECT id FROM payments_paymentround WHERE status IN ('approved', 'released', 'closed'))
GROUP BY owed.round_id, owed.commune_id
