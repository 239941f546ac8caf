-- reads: ledger_moved, ledger_account; what came back to each fund after it had been reserved
SELECT account.fund, sum(moved.amount_xof)::bigint AS amount_xof
FROM ledger_moved AS moved
JOIN ledger_account AS account ON account.id = moved.debit_id
JOIN ledger_account AS giver ON giver.id = moved.credit_id AND giver.kind = 'programme'
WHERE moved.kind = 'refund' AND account.fund = ANY (%(funds)s)
GROUP BY account.fund
