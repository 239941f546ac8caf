-- reads: ledger_posting, ledger_moved, ledger_entry; the entries whose kept totals are not the sum of their postings
SELECT entry.id, entry.label, sum(sums.kept_xof)::bigint AS kept_xof, sum(sums.postings_xof)::bigint AS postings_xof
FROM (
    SELECT entry_id, kept.lines IS DISTINCT FROM found.lines OR kept.amount_xof IS DISTINCT FROM found.amount_xof AS wrong,
        coalesce(kept.amount_xof, 0) AS kept_xof, coalesce(found.amount_xof, 0) AS postings_xof
    FROM ledger_moved AS kept
    FULL JOIN (
        SELECT entry_id, book_id, kind, debit_id, credit_id, count(*) AS lines, sum(amount_xof) AS amount_xof
        FROM ledger_posting GROUP BY entry_id, book_id, kind, debit_id, credit_id
    ) AS found USING (entry_id, book_id, kind, debit_id, credit_id)
) AS sums
JOIN ledger_entry AS entry ON entry.id = sums.entry_id
WHERE sums.wrong
GROUP BY entry.id
ORDER BY entry.id
