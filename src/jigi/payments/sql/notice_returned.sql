-- reads: payments_group, payments_dispatch; writes: payments_attempt, executed payments that were given back
UPDATE payments_attempt AS sent SET returned_on = said.day
FROM unnest(%(tx_ids)s::text[], %(references)s::text[], %(amounts)s::bigint[], %(days)s::date[])
        AS said (tx_id, reference, amount, day),
    payments_group AS lot, payments_dispatch AS dispatch
WHERE (sent.tx_id = said.tx_id OR sent.agency_reference = said.reference AND said.reference <> '')
    AND lot.id = sent.group_id AND dispatch.id = lot.dispatch_id AND dispatch.agency_id = %(agency)s
    AND sent.status = 'executed' AND sent.returned_on IS NULL AND sent.amount_xof = said.amount
