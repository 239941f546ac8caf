-- reads: the orders of one round that were held; writes: payments_entitlement, owed until somebody decides who is paid
UPDATE payments_entitlement AS e SET status = 'owed'
FROM payments_instruction AS line
WHERE line.round_id = %(round)s AND line.status = 'held' AND line.kind = 'right'
    AND e.round_id = line.origin_round_id AND e.id = line.entitlement_id
