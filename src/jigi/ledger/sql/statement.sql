-- reads: ledger_moved, ledger_entry, ledger_account, ledger_book; the movements of a fund by entry, book and kind
SELECT entry.id, entry.posted_at, entry.label, entry.cause, book.code AS book, moved.kind,
    sum(moved.lines)::bigint AS lines, sum(moved.amount_xof)::bigint AS amount_xof,
    coalesce(sum(moved.amount_xof) FILTER (WHERE debit.kind = 'available'), 0)::bigint
        - coalesce(sum(moved.amount_xof) FILTER (WHERE credit.kind = 'available'), 0)::bigint AS available_xof,
    string_agg(DISTINCT credit.name, ', ' ORDER BY credit.name) AS credit_name,
    string_agg(DISTINCT debit.name, ', ' ORDER BY debit.name) AS debit_name
FROM (
    -- The fees of an act move with it, between accounts of fees: they are told apart from what households receive.
    SELECT moved.entry_id, moved.book_id, moved.debit_id, moved.credit_id, moved.lines, moved.amount_xof,
        CASE WHEN to_account.kind LIKE 'fees%%' OR from_account.kind LIKE 'fees%%' THEN 'fee' ELSE moved.kind END AS kind
    FROM ledger_moved AS moved
    JOIN ledger_account AS to_account ON to_account.id = moved.debit_id
    JOIN ledger_account AS from_account ON from_account.id = moved.credit_id
) AS moved
JOIN ledger_entry AS entry ON entry.id = moved.entry_id
JOIN ledger_book AS book ON book.id = moved.book_id
JOIN ledger_account AS debit ON debit.id = moved.debit_id
JOIN ledger_account AS credit ON credit.id = moved.credit_id
WHERE moved.debit_id IN (SELECT id FROM ledger_account WHERE fund = %(fund)s)
GROUP BY entry.id, book.code, moved.kind
ORDER BY entry.posted_at, entry.id, book.code, moved.kind
