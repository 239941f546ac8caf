-- reads: ledger_posting, ledger_account; the accounts whose kept balance is not the sum of their postings
SELECT account.code, account.balance_xof, coalesce(moved.amount, 0)::bigint AS postings_xof
FROM ledger_account AS account
LEFT JOIN (
    SELECT id, sum(amount) AS amount
    FROM (SELECT debit_id AS id, sum(amount_xof) AS amount FROM ledger_posting GROUP BY debit_id
          UNION ALL
          SELECT credit_id, -sum(amount_xof) FROM ledger_posting GROUP BY credit_id) AS sides
    GROUP BY id
) AS moved USING (id)
WHERE account.balance_xof <> coalesce(moved.amount, 0)
