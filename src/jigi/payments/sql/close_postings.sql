-- reads: orders of one round left without answer; writes: ledger_posting, their money back with the programme
INSERT INTO ledger_posting (book_id, entry_id, kind, item, attempt, debit_id, credit_id, amount_xof)
SELECT %(book)s, %(entry)s, 'unpaid', line_of.entitlement_id, line_of.attempt, funding.reserved_id, held.account_id,
    line_of.amount_xof
FROM payments_instruction AS line_of
JOIN programmes_fundingline AS funding ON funding.id = line_of.funding_line_id
JOIN programmes_agencyaccount AS held
    ON held.funding_line_id = line_of.funding_line_id AND held.agency_id = line_of.agency_id
WHERE line_of.round_id = %(round)s AND line_of.status = 'open'
ORDER BY line_of.entitlement_id
