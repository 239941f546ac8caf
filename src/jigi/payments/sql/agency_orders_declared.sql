-- reads: payments_instruction, payments_attempt of one round and agency; what the hash of its orders is made of, in the order of numbers
SELECT line.reference, line.account_sealed, line.amount_xof FROM payments_instruction AS line
WHERE line.origin_round_id = ANY (%(origins)s) AND line.round_id = %(round)s AND line.agency_id = %(agency)s
    AND line.status <> 'held'
    AND NOT EXISTS (
        SELECT FROM payments_attempt AS sent
        WHERE sent.instruction_id = line.id AND sent.origin_round_id = line.origin_round_id AND sent.reason <> 'AILLEURS')
ORDER BY line.id
