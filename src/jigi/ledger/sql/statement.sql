-- reads: ledger_posting, ledger_entry, ledger_account; the movements of one fund by entry and kind of posting
SELECT entry.id, entry.posted_at, entry.label, entry.cause, posting.kind,
    count(*) AS lines, sum(posting.amount_xof)::bigint AS amount_xof,
    credit.name AS credit_name, debit.name AS debit_name
FROM ledger_posting AS posting
JOIN ledger_entry AS entry ON entry.id = posting.entry_id
JOIN ledger_account AS debit ON debit.id = posting.debit_id
JOIN ledger_account AS credit ON credit.id = posting.credit_id
WHERE debit.fund = %(fund)s
GROUP BY entry.id, posting.kind, credit.name, debit.name
ORDER BY entry.posted_at, entry.id, posting.kind
