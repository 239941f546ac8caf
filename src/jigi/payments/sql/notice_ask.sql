-- reads: payments_attempt, payments_dispatch; writes: payments_group, those that a notification speaks of are asked now
UPDATE payments_group AS lot SET next_at = least(lot.next_at, clock_timestamp())
FROM payments_dispatch AS dispatch
WHERE dispatch.id = lot.dispatch_id AND dispatch.agency_id = %(agency)s AND lot.status = 'released'
    AND lot.id IN (SELECT group_id FROM payments_attempt WHERE tx_id = ANY (%(tx_ids)s))
