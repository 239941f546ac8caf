-- reads: payments_instruction of one round; writes: {posting}, each sum handed to its agency
INSERT INTO {posting} (book_id, entry_id, kind, item, attempt, debit_id, credit_id, amount_xof)
SELECT %(book)s, %(entry)s, 'commit', line.entitlement_id, line.attempt, held.account_id, funding.reserved_id,
    line.amount_xof
FROM payments_instruction AS line
JOIN programmes_fundingline AS funding ON funding.id = line.funding_line_id
JOIN programmes_agencyaccount AS held
    ON held.funding_line_id = line.funding_line_id AND held.agency_id = line.agency_id
WHERE line.round_id = %(round)s AND line.status = 'open'
