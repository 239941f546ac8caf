-- reads: payments_attempt of one group, payments_instruction; the payments as they are sent, account sealed and promised
SELECT sent.tx_id, sent.amount_xof, line.account_sealed, line.account_index
FROM payments_attempt AS sent
JOIN payments_instruction AS line ON line.id = sent.instruction_id AND line.origin_round_id = sent.origin_round_id
WHERE sent.group_id = %(group)s AND sent.status IN ('live', 'to_verify') AND line.status = 'open'
ORDER BY sent.id
