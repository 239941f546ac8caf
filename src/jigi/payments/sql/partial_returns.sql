-- reads: payments_returnline of one file, payments_instruction; writes: payments_returnline, whose sum is another
UPDATE payments_returnline AS answer SET outcome = 'wrong_amount'
FROM payments_instruction AS line_of
WHERE answer.return_file_id = %(file)s AND answer.outcome = 'reversed'
    AND line_of.id = answer.instruction_id AND line_of.origin_round_id = answer.origin_round_id
    AND answer.amount_xof <> line_of.amount_xof
