-- reads: ledger_posting of one refund; writes: payments_entitlement, returned to the agreement
UPDATE payments_entitlement AS owed SET status = 'returned'
FROM payments_owed AS debt
JOIN ledger_posting AS posting
    ON posting.book_id = %(book)s AND posting.entry_id = %(entry)s AND posting.item = debt.entitlement_id
WHERE debt.component_id = %(component)s AND owed.round_id = debt.round_id AND owed.id = debt.entitlement_id
