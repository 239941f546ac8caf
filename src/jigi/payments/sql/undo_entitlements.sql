-- reads: orders whose answer was taken back; writes: payments_entitlement, due, owed or paid as before it
UPDATE payments_entitlement AS e
SET status = CASE WHEN line.status = 'paid' THEN 'paid' WHEN line.status = 'open' AND line.attempt = 1 THEN 'due'
    ELSE 'owed' END
FROM payments_returnundoing AS undone
JOIN payments_instruction AS line
    ON line.id = undone.instruction_id AND line.origin_round_id = undone.origin_round_id
WHERE line.origin_round_id = ANY (%(rounds)s) AND undone.id > %(since)s AND undone.outcome = ANY (%(outcomes)s)
    AND e.round_id = line.origin_round_id AND e.id = line.entitlement_id
    AND undone.return_line_id IN (SELECT id FROM payments_returnline WHERE return_file_id = %(file)s)
