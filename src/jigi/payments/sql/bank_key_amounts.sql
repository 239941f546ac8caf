-- reads: bank_line, bank_item (temporary); creates: bank_key (temporary): one line and one item of the same amount, each the only one for the other within some days
CREATE TEMPORARY TABLE bank_key ON COMMIT DROP AS
WITH candidate AS (
    SELECT line.id, item.number, line.amount_xof, count(*) OVER (PARTITION BY line.id) AS of_line,
        count(*) OVER (PARTITION BY item.number) AS of_item
    FROM bank_line AS line
    JOIN bank_item AS item
        ON item.amount_xof = line.amount_xof AND abs(item.accounted_on - line.booked_on) <= %(days)s
)
SELECT side.is_line, CASE WHEN side.is_line THEN id ELSE number END AS id, amount_xof, id::text AS key
FROM candidate CROSS JOIN (VALUES (true), (false)) AS side (is_line)
WHERE of_line = 1 AND of_item = 1
