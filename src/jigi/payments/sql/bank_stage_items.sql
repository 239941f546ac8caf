-- reads: bank_open; creates: bank_item (temporary), the items of one bank account that no match holds
CREATE TEMPORARY TABLE bank_item ON COMMIT DROP AS
WITH
{sql:bank_open}
SELECT * FROM item
