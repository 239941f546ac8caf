-- reads: payments_group, payments_dispatch; writes: payments_attempt, payments that a signed notification says executed
UPDATE payments_attempt AS sent
SET status = CASE WHEN sent.amount_xof = said.amount THEN 'executed' ELSE 'to_verify' END,
    reason = CASE WHEN sent.amount_xof = said.amount THEN '' ELSE 'montant' END,
    agency_reference = said.reference, happened_on = said.day, settled = false
FROM unnest(%(tx_ids)s::text[], %(references)s::text[], %(amounts)s::bigint[], %(days)s::date[])
        AS said (tx_id, reference, amount, day),
    payments_group AS lot, payments_dispatch AS dispatch
WHERE sent.tx_id = said.tx_id AND lot.id = sent.group_id AND dispatch.id = lot.dispatch_id
    AND dispatch.agency_id = %(agency)s
    -- A rejection that was wrong is told; what is proven already is left.
    AND (sent.status IN ('live', 'to_verify') OR sent.status = 'rejected' AND sent.amount_xof = said.amount)
