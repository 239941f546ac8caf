-- reads: payments_returnline of one file; writes: payments_instruction, answered by their agency
UPDATE payments_instruction AS line_of
SET status = answer.outcome,
    settled_on = CASE WHEN answer.outcome = 'paid' THEN answer.paid_on ELSE line_of.settled_on END,
    return_line_id = answer.id
FROM (
    -- A payment and its reversal may come in one file: the reversal is where the instruction ends.
    SELECT DISTINCT ON (instruction_id) id, instruction_id, origin_round_id, outcome, paid_on
    FROM payments_returnline
    WHERE return_file_id = %(file)s AND outcome IN ('paid', 'absent', 'refused', 'reversed')
        AND (id = %(line)s OR %(line)s IS NULL)
    ORDER BY instruction_id, outcome = 'reversed' DESC
) AS answer
WHERE line_of.origin_round_id = ANY (%(rounds)s) AND line_of.id = answer.instruction_id
    AND line_of.origin_round_id = answer.origin_round_id
    AND (line_of.status IN ('open', 'paid') OR answer.id = %(line)s)
