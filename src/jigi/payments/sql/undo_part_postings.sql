-- reads: one order paid in part; writes: {posting}, the part and the rest back where the answer had taken them
INSERT INTO {posting} (book_id, entry_id, kind, item, attempt, debit_id, credit_id, amount_xof)
SELECT %(book)s, %(entry)s, 'undo', line.entitlement_id, line.attempt,
    CASE round.status WHEN 'released' THEN held.account_id ELSE funding.reserved_id END, part.credit_id, part.amount_xof
FROM payments_instruction AS line
JOIN payments_paymentround AS round ON round.id = line.round_id
JOIN programmes_fundingline AS funding ON funding.id = line.funding_line_id
JOIN programmes_agencyaccount AS held
    ON held.funding_line_id = line.funding_line_id AND held.agency_id = line.agency_id
CROSS JOIN LATERAL (
    VALUES (funding.paid_id, line.paid_xof), (funding.reserved_id, line.amount_xof - line.paid_xof)
) AS part (credit_id, amount_xof)
WHERE line.origin_round_id = %(origin)s AND line.id = %(instruction)s
    AND (round.status = 'released' OR part.credit_id = funding.paid_id)
