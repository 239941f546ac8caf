-- reads: payments_bankaccount, payments_bankline, payments_bankmatch and its members, ledger_entry; of some bank accounts on a day: what stands at the bank and in the ledger, and each outstanding line and item
WITH moved AS (
    SELECT line.bank_id, 'bank' AS side, line.id::text AS key, line.booked_on AS on_day, line.amount_xof, line.label,
        concat_ws(' · ', nullif(line.our_reference, ''), nullif(line.bank_reference, '')) AS reference, held.match_id
    FROM payments_bankline AS line
    LEFT JOIN payments_bankmatchline AS held ON held.line_id = line.id AND held.live
    WHERE line.live AND line.bank_id = ANY (%(banks)s)
    UNION ALL
    SELECT item.bank_id, 'ledger', format('%%s.%%s.%%s.%%s.%%s', item.entry_id, item.book_id, item.kind, item.debit_id,
        item.credit_id), entry.accounted_on, item.amount_xof, entry.label, entry.cause, held.match_id
    FROM (
{sql:bank_items}
    ) AS item
    JOIN ledger_entry AS entry ON entry.id = item.entry_id
    LEFT JOIN payments_bankmatchitem AS held ON held.live AND held.bank_id = item.bank_id
        AND held.entry_id = item.entry_id AND held.book_id = item.book_id AND held.kind = item.kind
        AND held.debit_id = item.debit_id AND held.credit_id = item.credit_id
    WHERE item.bank_id = ANY (%(banks)s)
), unposted AS (
    SELECT match_id FROM payments_bankoperation WHERE entry_id IS NULL
), late AS (
    -- A match counts once all that it holds is there, and what explains it is posted.
    SELECT match_id FROM moved WHERE match_id IS NOT NULL AND on_day > %(day)s
    UNION
    SELECT match_id FROM unposted
), now_moved AS (
    SELECT moved.*, moved.match_id IS NULL OR moved.match_id IN (SELECT match_id FROM late) AS is_open
    FROM moved WHERE on_day <= %(day)s
)
SELECT account.id AS bank_id, side.side, '' AS key, NULL::date AS on_day, coalesce(sum(amount_xof), 0)::bigint AS amount_xof,
    '' AS label, '' AS reference, NULL::bigint AS match_id, 0 AS days,
    false AS waiting
FROM payments_bankaccount AS account
CROSS JOIN (VALUES ('bank'), ('ledger')) AS side (side)
LEFT JOIN now_moved AS one ON one.bank_id = account.id AND one.side = side.side
WHERE account.id = ANY (%(banks)s)
GROUP BY account.id, side.side
UNION ALL
SELECT bank_id, side, key, on_day, amount_xof, label, reference, match_id, %(day)s - on_day,
    match_id IS NOT NULL AND match_id IN (SELECT match_id FROM unposted)
FROM now_moved
WHERE is_open
ORDER BY bank_id, on_day NULLS FIRST, side, key
