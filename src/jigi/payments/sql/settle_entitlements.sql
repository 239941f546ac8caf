-- reads: instructions answered by one file; writes: payments_entitlement, paid or owed
UPDATE payments_entitlement AS e
SET status = CASE WHEN line_of.status = 'paid' THEN 'paid' ELSE 'owed' END
FROM payments_instruction AS line_of
JOIN payments_returnline AS answer
    ON answer.instruction_id = line_of.id AND answer.origin_round_id = line_of.origin_round_id
WHERE answer.return_file_id = %(file)s AND (answer.id = %(line)s OR %(line)s IS NULL)
    AND line_of.origin_round_id = ANY (%(rounds)s) AND line_of.return_line_id = answer.id
    AND e.round_id = ANY (%(rounds)s) AND e.id = line_of.entitlement_id AND e.round_id = line_of.origin_round_id
