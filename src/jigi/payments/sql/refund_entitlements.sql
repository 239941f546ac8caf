-- reads: ledger_posting of one refund; writes: payments_entitlement, returned to the agreement
UPDATE payments_entitlement AS owed SET status = 'returned'
FROM ledger_posting AS posting
WHERE posting.entry_id = %(entry)s AND posting.book_id = %(book)s AND owed.id = posting.item
    AND owed.component_id = %(component)s AND owed.status = 'owed'
