-- reads: bank_open; creates: bank_line (temporary), the lines of one bank account that no match holds
CREATE TEMPORARY TABLE bank_line ON COMMIT DROP AS
WITH
{sql:bank_open}
SELECT * FROM line WHERE kind = 'movement'
