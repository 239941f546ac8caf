-- reads: payments_agencytoken; writes: it, one call more in the minute that runs; gives the calls of that minute
UPDATE payments_agencytoken
SET calls = CASE WHEN minute = date_trunc('minute', clock_timestamp()) THEN calls + 1 ELSE 1 END,
    minute = date_trunc('minute', clock_timestamp())
WHERE id = %(token)s
RETURNING calls
