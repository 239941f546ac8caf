-- reads: payments_instruction, the open orders of one round and agency that have an account; writes: payments_group, one for each so many orders
INSERT INTO payments_group (dispatch_id, code, status, orders, amount_xof, posts, denials, asked, problem)
SELECT %(dispatch)s, 'JIGI-' || %(dispatch)s || '-' || turn || '-1', 'stored', count(*), sum(amount_xof), 0, 0, 0, ''
FROM (
    SELECT amount_xof, ((row_number() OVER (ORDER BY id)) - 1) / %(size)s + 1 AS turn
    FROM payments_instruction
    WHERE round_id = %(round)s AND agency_id = %(agency)s AND status = 'open' AND account_index <> ''
) AS numbered
GROUP BY turn
ORDER BY turn
