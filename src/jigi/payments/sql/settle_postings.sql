-- reads: payments_returnline of one file; writes: {posting}, paid out, kept, or taken back
INSERT INTO {posting} (book_id, entry_id, kind, item, attempt, debit_id, credit_id, amount_xof)
SELECT %(book)s, %(entry)s,
    CASE answer.outcome WHEN 'paid' THEN 'pay' WHEN 'reversed' THEN 'reverse' ELSE 'unpaid' END,
    line_of.entitlement_id, line_of.attempt,
    CASE answer.outcome WHEN 'paid' THEN funding.paid_id ELSE funding.reserved_id END,
    CASE WHEN answer.outcome = 'reversed' THEN funding.paid_id
        -- Paid after all: what nobody had answered was back with the programme.
        WHEN line_of.status IN ('unanswered', 'absent', 'refused') THEN funding.reserved_id
        ELSE held.account_id END,
    line_of.amount_xof
FROM payments_returnline AS answer
JOIN payments_instruction AS line_of
    ON line_of.id = answer.instruction_id AND line_of.origin_round_id = answer.origin_round_id
JOIN programmes_fundingline AS funding ON funding.id = line_of.funding_line_id
JOIN programmes_agencyaccount AS held
    ON held.funding_line_id = line_of.funding_line_id AND held.agency_id = line_of.agency_id
WHERE line_of.origin_round_id = ANY (%(rounds)s) AND answer.return_file_id = %(file)s
    AND answer.outcome IN ('paid', 'absent', 'refused', 'reversed')
    AND (answer.id = %(line)s OR %(line)s IS NULL)
ORDER BY line_of.entitlement_id
