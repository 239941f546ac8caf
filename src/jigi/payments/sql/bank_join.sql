-- reads: bank_key, bank_item (temporary); writes: payments_bankmatch and its members: lines and items of one key, where their sums are equal
WITH paired AS MATERIALIZED (
    SELECT key, nextval('payments_bankmatch_id_seq') AS match
    FROM (
        SELECT key FROM bank_key GROUP BY key
        HAVING bool_or(is_line) AND bool_or(NOT is_line)
            AND sum(amount_xof) FILTER (WHERE is_line) = sum(amount_xof) FILTER (WHERE NOT is_line)
    ) AS equal
), made AS (
    INSERT INTO payments_bankmatch (id, bank_id, how, made_by_id, made_at, undone_why)
    SELECT match, %(bank)s, %(how)s, %(by)s, now(), '' FROM paired
), lines AS (
    INSERT INTO payments_bankmatchline (match_id, line_id, live)
    SELECT match, bank_key.id, true FROM paired JOIN bank_key USING (key) WHERE bank_key.is_line
), items AS (
    INSERT INTO payments_bankmatchitem (match_id, bank_id, entry_id, book_id, kind, debit_id, credit_id, amount_xof, live)
    SELECT match, bank_id, entry_id, book_id, item.kind, debit_id, credit_id, item.amount_xof, true
    FROM paired JOIN bank_key USING (key) JOIN bank_item AS item ON item.number = bank_key.id
    WHERE NOT bank_key.is_line
)
SELECT count(*) AS matches FROM paired
