-- reads: payments_instruction of one round; what each funding line must reserve for its new rights
SELECT funding_line_id, sum(amount_xof)::bigint AS amount_xof
FROM payments_instruction
WHERE round_id = %(round)s AND kind = 'right'
GROUP BY funding_line_id
ORDER BY funding_line_id
