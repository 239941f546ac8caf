-- reads: payments_instruction of one past round; writes: {posting}: reserved by funding line, handed over and
-- answered order by order
INSERT INTO {posting} (book_id, entry_id, kind, item, attempt, debit_id, credit_id, amount_xof)
SELECT %(book)s, %(entry)s, 'reserve', %(round)s, 1, funding.reserved_id, funding.available_id, asked.amount_xof
FROM (
    SELECT funding_line_id, sum(amount_xof)::bigint AS amount_xof
    FROM payments_instruction WHERE round_id = %(round)s GROUP BY funding_line_id
) AS asked
JOIN programmes_fundingline AS funding ON funding.id = asked.funding_line_id
UNION ALL
SELECT %(book)s, %(entry)s, step.kind, line.entitlement_id, line.attempt, step.debit_id, step.credit_id,
    line.amount_xof
FROM payments_instruction AS line
JOIN programmes_fundingline AS funding ON funding.id = line.funding_line_id
JOIN programmes_agencyaccount AS held
    ON held.funding_line_id = line.funding_line_id AND held.agency_id = line.agency_id
CROSS JOIN LATERAL (VALUES
    ('commit', held.account_id, funding.reserved_id),
    (CASE line.status WHEN 'paid' THEN 'pay' ELSE 'unpaid' END,
        CASE line.status WHEN 'paid' THEN funding.paid_id ELSE funding.reserved_id END, held.account_id)
) AS step (kind, debit_id, credit_id)
WHERE line.round_id = %(round)s
