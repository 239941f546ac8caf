-- reads: entitlements owed to enrolments that have ended; writes: ledger_posting, their money back to the agreement
INSERT INTO ledger_posting (book_id, entry_id, kind, item, attempt, debit_id, credit_id, amount_xof)
SELECT %(book)s, %(entry)s, 'refund', owed.id, 1, funding.available_id, funding.reserved_id,
    owed.amount_xof - owed.paid_xof
FROM payments_owed AS debt
JOIN payments_entitlement AS owed ON owed.round_id = debt.round_id AND owed.id = debt.entitlement_id
JOIN enrolment_enrolment AS e ON e.id = owed.enrolment_id
JOIN programmes_fundingline AS funding ON funding.id = owed.funding_line_id
WHERE debt.component_id = %(component)s AND e.status = 'exited'
    AND NOT EXISTS (
        SELECT FROM payments_instruction AS live
        WHERE live.origin_round_id = owed.round_id AND live.entitlement_id = owed.id AND live.status = 'open'
    )
ORDER BY owed.id
