-- reads: payments_attempt of one dispatch, payments_instruction; the orders deposited at the agency that were settled otherwise since
SELECT count(*) AS orders
FROM payments_attempt AS sent
JOIN payments_group AS lot ON lot.id = sent.group_id
JOIN payments_instruction AS line ON line.id = sent.instruction_id AND line.origin_round_id = sent.origin_round_id
WHERE lot.dispatch_id = %(dispatch)s AND lot.posts > 0 AND sent.status IN ('live', 'to_verify') AND line.status <> 'open'
