-- reads: payments_instruction; writes: payments_attempt, what was settled otherwise before its group first left
UPDATE payments_attempt AS sent SET status = 'rejected', reason = 'AILLEURS', settled = true
FROM payments_instruction AS line
WHERE sent.group_id = %(group)s AND sent.status = 'live' AND line.id = sent.instruction_id
    AND line.origin_round_id = sent.origin_round_id AND line.status <> 'open'
