-- reads: one order paid in part; writes: {posting}, what was given to the household and what the agency kept of it
INSERT INTO {posting} (book_id, entry_id, kind, item, attempt, debit_id, credit_id, amount_xof)
SELECT %(book)s, %(entry)s, part.kind, line.entitlement_id, line.attempt,
    CASE part.kind WHEN 'pay' THEN funding.paid_id ELSE funding.reserved_id END,
    -- Of an order answered for already, nothing is left with the agency: the part is paid from what is kept.
    CASE WHEN %(waited)s THEN held.account_id ELSE funding.reserved_id END, part.amount_xof
FROM payments_instruction AS line
JOIN programmes_fundingline AS funding ON funding.id = line.funding_line_id
JOIN programmes_agencyaccount AS held
    ON held.funding_line_id = line.funding_line_id AND held.agency_id = line.agency_id
CROSS JOIN LATERAL (
    VALUES ('pay', line.paid_xof), ('unpaid', line.amount_xof - line.paid_xof)
) AS part (kind, amount_xof)
WHERE line.origin_round_id = %(origin)s AND line.id = %(instruction)s
    AND (%(waited)s OR part.kind = 'pay')
