-- reads: the rights of one round with a fee on top (fee_lines.sql); what each funding line must reserve for them
SELECT funding_line_id, sum(fee_xof)::bigint AS amount_xof
FROM (
{sql:fee_lines}
WHERE ruled.round_id = %(round)s
) AS line
WHERE fee_xof > 0
GROUP BY funding_line_id
ORDER BY funding_line_id
