-- reads: ledger_account; every balance, and their sum in the last row, for a copy to be compared with
SELECT code, balance_xof::bigint FROM (SELECT code, balance_xof FROM ledger_account ORDER BY code COLLATE "C") AS kept
UNION ALL
SELECT 'total', coalesce(sum(balance_xof), 0)::bigint FROM ledger_account
