-- reads: payments_returnundoing since the act began, payments_returnline; writes: payments_instruction, as before the answer
UPDATE payments_instruction AS line
SET status = CASE WHEN undone.outcome = 'reversed' THEN 'paid' WHEN round.status = 'released' THEN 'open'
        ELSE 'unanswered' END,
    settled_on = paying.paid_on,
    return_line_id = paying.id
FROM payments_returnundoing AS undone
LEFT JOIN (
    -- A payment that was taken back is the payment that it was.
    SELECT DISTINCT ON (instruction_id, origin_round_id) id, instruction_id, origin_round_id, paid_on
    FROM payments_returnline
    WHERE outcome = 'paid' AND origin_round_id = ANY (%(rounds)s)
        AND instruction_id IN (SELECT instruction_id FROM payments_returnundoing
            WHERE id > %(since)s AND outcome = 'reversed')
    ORDER BY instruction_id, origin_round_id, id DESC
) AS paying ON undone.outcome = 'reversed'
    AND paying.instruction_id = undone.instruction_id AND paying.origin_round_id = undone.origin_round_id,
payments_paymentround AS round
WHERE line.id = undone.instruction_id AND line.origin_round_id = undone.origin_round_id AND round.id = line.round_id
    AND line.origin_round_id = ANY (%(rounds)s) AND undone.id > %(since)s AND undone.outcome = ANY (%(outcomes)s)
    AND line.return_line_id = undone.return_line_id
    AND undone.return_line_id IN (SELECT id FROM payments_returnline WHERE return_file_id = %(file)s)
