-- reads: fee_lines.sql of some rounds; their funding lines
SELECT DISTINCT funding_line_id AS line FROM payments_entitlement WHERE round_id = ANY (%(rounds)s)
