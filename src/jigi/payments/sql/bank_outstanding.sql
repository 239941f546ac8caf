-- reads: bank_open; the lines and the items of one bank account that no match holds, oldest first
WITH
{sql:bank_open}
SELECT * FROM (
SELECT 'bank' AS side, line.id::text AS key, line.booked_on AS "on", line.amount_xof, line.label,
    concat_ws(' · ', nullif(line.our_reference, ''), nullif(line.bank_reference, '')) AS reference
FROM line
UNION ALL
SELECT 'ledger', format('%%s.%%s.%%s.%%s.%%s', entry_id, book_id, kind, debit_id, credit_id), accounted_on, amount_xof,
    label, cause
FROM item
) AS found
ORDER BY "on", side, key COLLATE "C"
