-- writes: payments_entitlement.attempts, payments_instruction: a round that is sent back asks for no arrears
WITH dropped AS (
    DELETE FROM payments_instruction WHERE round_id = %(round)s AND kind = 'arrears'
    RETURNING origin_round_id, entitlement_id, attempt
)
UPDATE payments_entitlement AS owed SET attempts = dropped.attempt - 1
FROM dropped WHERE owed.round_id = dropped.origin_round_id AND owed.id = dropped.entitlement_id
