-- reads: ledger_posting of one entry in one book, payments_instruction, programmes_fundingline, fee_lines.sql; writes: {posting}, the same movement of each fee between the accounts of fees
INSERT INTO {posting} (book_id, entry_id, kind, item, attempt, debit_id, credit_id, amount_xof)
SELECT %(into)s, %(entry)s, posted.kind, posted.item, posted.attempt,
    coalesce(taker.fee_account_id, posted.debit_id), coalesce(giver.fee_account_id, posted.credit_id), fee.fee_xof
FROM ledger_posting AS posted
JOIN (
{sql:fee_lines}
WHERE ruled.round_id = ANY (%(rounds)s)
) AS fee ON fee.id = posted.item AND fee.fee_xof > 0
LEFT JOIN payments_feetwin AS taker ON taker.account_id = posted.debit_id
LEFT JOIN payments_feetwin AS giver ON giver.account_id = posted.credit_id
WHERE posted.book_id = %(book)s AND posted.entry_id = %(entry)s
    AND posted.kind IN ('commit', 'pay', 'unpaid', 'reverse', 'refund', 'undo')
    -- What is paid in part earns no fee yet: it comes back with the rest, and is earned when that is paid.
    AND NOT (posted.kind IN ('pay', 'undo') AND EXISTS (
        SELECT FROM payments_instruction AS line
        JOIN programmes_fundingline AS funding ON funding.id = line.funding_line_id
        WHERE line.origin_round_id = ANY (%(rounds)s) AND line.entitlement_id = posted.item
            AND line.attempt = posted.attempt AND line.amount_xof > posted.amount_xof
            AND funding.paid_id IN (posted.debit_id, posted.credit_id)))
