-- reads: ledger_account, ledger_moved, ledger_entry; each account's opening, debit, credit and closing over a period
SELECT account.code, account.name, account.kind, account.fund,
    coalesce(sum(side.amount_xof) FILTER (WHERE side.accounted_on < %(start)s), 0)::bigint AS opening_xof,
    coalesce(sum(side.amount_xof) FILTER (WHERE side.accounted_on >= %(start)s AND side.amount_xof > 0), 0)::bigint
        AS debit_xof,
    -coalesce(sum(side.amount_xof) FILTER (WHERE side.accounted_on >= %(start)s AND side.amount_xof < 0), 0)::bigint
        AS credit_xof,
    coalesce(sum(side.amount_xof), 0)::bigint AS closing_xof
FROM ledger_account AS account
LEFT JOIN (
    SELECT moved.debit_id AS id, moved.amount_xof, entry.accounted_on
    FROM ledger_moved AS moved JOIN ledger_entry AS entry ON entry.id = moved.entry_id
    UNION ALL
    SELECT moved.credit_id, -moved.amount_xof, entry.accounted_on
    FROM ledger_moved AS moved JOIN ledger_entry AS entry ON entry.id = moved.entry_id
) AS side ON side.id = account.id AND side.accounted_on <= %(end)s
WHERE account.fund = ANY (%(funds)s)
GROUP BY account.id
ORDER BY account.fund, account.kind, account.code COLLATE "C"
