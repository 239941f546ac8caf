-- reads: orders of one round left without answer; writes: payments_entitlement, owed at the next term
UPDATE payments_entitlement AS e SET status = 'owed'
FROM payments_instruction AS line_of
WHERE line_of.round_id = %(round)s AND line_of.status = 'open'
    AND e.id = line_of.entitlement_id AND e.round_id = line_of.origin_round_id
