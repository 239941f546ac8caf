-- reads: payments_instruction of some rounds; writes: incoming (temporary), the amount that an answer leaves unsaid
UPDATE incoming SET amount_xof = line_of.amount_xof
FROM payments_instruction AS line_of
WHERE incoming.amount_xof IS NULL AND incoming.amount_read = '' AND incoming.why = ''
    AND line_of.origin_round_id = ANY (%(rounds)s)
    AND line_of.origin_round_id = incoming.origin_round_id AND line_of.reference = incoming.reference
