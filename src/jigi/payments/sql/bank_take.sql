-- reads: bank_read (temporary), payments_bankline; writes: payments_bankline, the lines of a statement that no other brought
INSERT INTO payments_bankline (bank_id, statement_id, kind, line, booked_on, value_on, amount_xof, bank_reference,
    our_reference, label, occurrence, live)
SELECT %(bank)s, %(statement)s, 'movement', line, booked_on, value_on, amount_xof, bank_reference, our_reference, label,
    occurrence, true
FROM bank_read
ORDER BY line
ON CONFLICT (bank_id, bank_reference, booked_on, amount_xof, occurrence, kind) WHERE live DO NOTHING
