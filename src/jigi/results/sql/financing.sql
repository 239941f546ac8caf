-- reads: ledger_moved, ledger_entry, ledger_account; what agreements granted up to a day, reductions taken off
SELECT moved.entry_id AS unit, NULL::bigint AS household_id, NULL::bigint AS commune_id, NULL::text AS kind,
    account.fund::text AS agreement, NULL::text AS sex, NULL::integer AS age, entry.accounted_on AS on_day, moved.amount,
    true AS good
FROM (
    SELECT entry_id, credit_id AS account_id, amount_xof AS amount FROM ledger_moved
    UNION ALL
    SELECT entry_id, debit_id, -amount_xof FROM ledger_moved
) AS moved
JOIN ledger_account AS account ON account.id = moved.account_id AND account.kind = 'donor'
JOIN ledger_entry AS entry ON entry.id = moved.entry_id
WHERE entry.accounted_on <= %(until)s
