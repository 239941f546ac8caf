-- reads: payments_returnundoing since the act began; writes: {posting}, each sum back where the answer had taken it
INSERT INTO {posting} (book_id, entry_id, kind, item, attempt, debit_id, credit_id, amount_xof)
SELECT %(book)s, %(entry)s, 'undo', line.entitlement_id, line.attempt,
    CASE WHEN undone.outcome = 'reversed' THEN funding.paid_id
        WHEN round.status = 'released' THEN held.account_id ELSE funding.reserved_id END,
    CASE undone.outcome WHEN 'paid' THEN funding.paid_id ELSE funding.reserved_id END,
    line.amount_xof
FROM payments_returnundoing AS undone
JOIN payments_instruction AS line
    ON line.id = undone.instruction_id AND line.origin_round_id = undone.origin_round_id
JOIN payments_paymentround AS round ON round.id = line.round_id
JOIN programmes_fundingline AS funding ON funding.id = line.funding_line_id
JOIN programmes_agencyaccount AS held
    ON held.funding_line_id = line.funding_line_id AND held.agency_id = line.agency_id
WHERE line.origin_round_id = ANY (%(rounds)s) AND undone.id > %(since)s AND undone.outcome = ANY (%(outcomes)s)
    AND undone.return_line_id IN (SELECT id FROM payments_returnline WHERE return_file_id = %(file)s)
ORDER BY line.entitlement_id
