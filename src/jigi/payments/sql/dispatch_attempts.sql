-- reads: payments_instruction, payments_group of one dispatch; writes: payments_attempt, each order in its group
INSERT INTO payments_attempt (group_id, instruction_id, origin_round_id, tx_id, amount_xof, status, reason,
    agency_reference, settled, return_settled)
SELECT lot.id, numbered.id, numbered.origin_round_id, numbered.reference, numbered.amount_xof, 'live', '', '', false, false
FROM (
    SELECT id, origin_round_id, reference, amount_xof,
        ((row_number() OVER (ORDER BY id)) - 1) / %(size)s + 1 AS turn
    FROM payments_instruction
    WHERE round_id = %(round)s AND agency_id = %(agency)s AND status = 'open' AND account_index <> ''
) AS numbered
JOIN payments_group AS lot
    ON lot.dispatch_id = %(dispatch)s AND lot.code = 'JIGI-' || %(dispatch)s || '-' || numbered.turn || '-1'
ORDER BY numbered.id
