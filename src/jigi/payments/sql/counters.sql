-- reads: payments_instruction of one round; its rights and arrears, counted and summed
SELECT count(*) FILTER (WHERE kind = 'right') AS entitlements,
    coalesce(sum(amount_xof) FILTER (WHERE kind = 'right'), 0)::bigint AS entitlements_xof,
    count(*) FILTER (WHERE kind = 'arrears') AS arrears,
    coalesce(sum(amount_xof) FILTER (WHERE kind = 'arrears'), 0)::bigint AS arrears_xof
FROM payments_instruction
WHERE round_id = %(round)s
