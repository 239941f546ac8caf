-- reads: schemes_benefitproblem; the lines of a batch that name several households (ambiguous), and those that name
-- nobody of the register (new)
SELECT count(DISTINCT line) FILTER (WHERE code = 'several') AS ambiguous,
    count(DISTINCT line) FILTER (WHERE code IN ('unknown_rsu', 'unknown_nina', 'unknown_phone', 'nobody_there')) AS new
FROM schemes_benefitproblem WHERE batch_id = %(batch)s AND severity = 'error'
