-- reads: ledger_posting, ledger_entry, ledger_account, ledger_book; the movements of a fund by entry, book and kind
SELECT entry.id, entry.posted_at, entry.label, entry.cause, book.code AS book, posting.kind,
    sum(posting.lines)::bigint AS lines, sum(posting.amount_xof)::bigint AS amount_xof,
    coalesce(sum(posting.amount_xof) FILTER (WHERE debit.kind = 'available'), 0)::bigint
        - coalesce(sum(posting.amount_xof) FILTER (WHERE credit.kind = 'available'), 0)::bigint AS available_xof,
    string_agg(DISTINCT credit.name, ', ' ORDER BY credit.name) AS credit_name,
    string_agg(DISTINCT debit.name, ', ' ORDER BY debit.name) AS debit_name
FROM (
    -- Accounts are few and postings many: these are summed before anything is joined.
    SELECT entry_id, book_id, kind, debit_id, credit_id, count(*) AS lines, sum(amount_xof) AS amount_xof
    FROM ledger_posting
    WHERE debit_id IN (SELECT id FROM ledger_account WHERE fund = %(fund)s)
    GROUP BY entry_id, book_id, kind, debit_id, credit_id
) AS posting
JOIN ledger_entry AS entry ON entry.id = posting.entry_id
JOIN ledger_book AS book ON book.id = posting.book_id
JOIN ledger_account AS debit ON debit.id = posting.debit_id
JOIN ledger_account AS credit ON credit.id = posting.credit_id
GROUP BY entry.id, book.code, posting.kind
ORDER BY entry.posted_at, entry.id, book.code, posting.kind
