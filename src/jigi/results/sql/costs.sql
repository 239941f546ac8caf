-- reads: ledger_moved, ledger_entry, ledger_account; what went to households and operators, and to management: agencies'
-- fees, what banks take, what agreements set apart for it. `good` is management; what came back is taken off.
SELECT moved.entry_id AS unit, NULL::bigint AS household_id, NULL::bigint AS commune_id, NULL::text AS kind,
    account.fund::text AS agreement, NULL::text AS sex, NULL::integer AS age, entry.accounted_on AS on_day, moved.amount,
    account.kind IN ('fees_paid', 'charges', 'management') AS good
FROM (
    SELECT entry_id, debit_id AS account_id, amount_xof AS amount FROM ledger_moved
    UNION ALL
    SELECT entry_id, credit_id, -amount_xof FROM ledger_moved
) AS moved
JOIN ledger_account AS account ON account.id = moved.account_id
    AND account.kind IN ('paid', 'contractpaid', 'fees_paid', 'charges', 'management')
JOIN ledger_entry AS entry ON entry.id = moved.entry_id
WHERE entry.accounted_on BETWEEN %(since)s AND %(until)s
