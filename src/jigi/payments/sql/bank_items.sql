-- reads: payments_bankmirror, ledger_moved; what each entry moved between the accounts that a bank account mirrors and others
SELECT mirror.bank_id, moved.entry_id, moved.book_id, moved.kind, moved.debit_id, moved.credit_id, moved.amount_xof
FROM payments_bankmirror AS mirror
JOIN ledger_moved AS moved ON moved.debit_id = mirror.account_id
WHERE NOT EXISTS (SELECT FROM payments_bankmirror AS other
    WHERE other.bank_id = mirror.bank_id AND other.account_id = moved.credit_id)
UNION ALL
SELECT mirror.bank_id, moved.entry_id, moved.book_id, moved.kind, moved.debit_id, moved.credit_id, -moved.amount_xof
FROM payments_bankmirror AS mirror
JOIN ledger_moved AS moved ON moved.credit_id = mirror.account_id
WHERE NOT EXISTS (SELECT FROM payments_bankmirror AS other
    WHERE other.bank_id = mirror.bank_id AND other.account_id = moved.debit_id)
