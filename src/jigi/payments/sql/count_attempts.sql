-- reads: arrears orders of one round; writes: payments_entitlement.attempts
UPDATE payments_entitlement AS owed SET attempts = line.attempt
FROM payments_instruction AS line
WHERE line.round_id = %(round)s AND line.kind = 'arrears'
    AND owed.round_id = line.origin_round_id AND owed.id = line.entitlement_id
