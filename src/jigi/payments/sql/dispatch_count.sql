-- reads: payments_group, payments_instruction; writes: payments_dispatch, what it holds and what stays without an account
UPDATE payments_dispatch SET
    orders = (SELECT coalesce(sum(orders), 0) FROM payments_group WHERE dispatch_id = %(dispatch)s),
    amount_xof = (SELECT coalesce(sum(amount_xof), 0) FROM payments_group WHERE dispatch_id = %(dispatch)s),
    without_account = (SELECT count(*) FROM payments_instruction
        WHERE round_id = %(round)s AND agency_id = %(agency)s AND status = 'open' AND account_index = '')
WHERE id = %(dispatch)s
