-- creates: the indexes by which the database finds a person's rights and orders, when the person is deleted
CREATE INDEX entitlement_by_recipient ON payments_entitlement (recipient_id);
CREATE INDEX instruction_by_recipient ON payments_instruction (recipient_id)
