-- reads: payments_bankline, payments_bankmatchline, payments_bankmatchitem, ledger_entry; what no match holds, of one bank account
item AS MATERIALIZED (
    SELECT item.*, entry.kind AS act, entry.cause, entry.label, entry.accounted_on,
        row_number() OVER (ORDER BY item.entry_id, item.book_id, item.kind, item.debit_id, item.credit_id) AS number
    FROM (
{sql:bank_items}
    ) AS item
    JOIN ledger_entry AS entry ON entry.id = item.entry_id
    WHERE item.bank_id = %(bank)s AND NOT EXISTS (
        SELECT FROM payments_bankmatchitem AS held
        WHERE held.live AND held.bank_id = item.bank_id AND held.entry_id = item.entry_id AND held.book_id = item.book_id
            AND held.kind = item.kind AND held.debit_id = item.debit_id AND held.credit_id = item.credit_id)
), line AS MATERIALIZED (
    SELECT line.* FROM payments_bankline AS line
    WHERE line.bank_id = %(bank)s AND line.live AND NOT EXISTS (
        SELECT FROM payments_bankmatchline AS held WHERE held.live AND held.line_id = line.id)
)
