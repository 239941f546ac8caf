-- reads: payments_bankline, payments_bankmatchline, payments_bankmatchitem, payments_bankoperation, ledger_entry; how many lines and items of some bank accounts wait since before a day
SELECT bank_id, count(*) AS waiting
FROM (
    SELECT line.bank_id FROM payments_bankline AS line
    WHERE line.live AND line.bank_id = ANY (%(banks)s) AND line.booked_on < %(before)s AND NOT EXISTS (
        SELECT FROM payments_bankmatchline AS held
        WHERE held.line_id = line.id AND held.live AND NOT EXISTS (
            SELECT FROM payments_bankoperation WHERE match_id = held.match_id AND entry_id IS NULL))
    UNION ALL
    SELECT item.bank_id
    FROM (
{sql:bank_items}
    ) AS item
    JOIN ledger_entry AS entry ON entry.id = item.entry_id AND entry.accounted_on < %(before)s
    WHERE item.bank_id = ANY (%(banks)s) AND NOT EXISTS (
        SELECT FROM payments_bankmatchitem AS held
        WHERE held.live AND held.bank_id = item.bank_id AND held.entry_id = item.entry_id AND held.book_id = item.book_id
            AND held.kind = item.kind AND held.debit_id = item.debit_id AND held.credit_id = item.credit_id
            AND NOT EXISTS (SELECT FROM payments_bankoperation WHERE match_id = held.match_id AND entry_id IS NULL))
) AS old
GROUP BY bank_id
