-- creates: the foreign key by which each order of a round, in {instruction}, has its right in {entitlement}
ALTER TABLE {instruction} ADD CONSTRAINT instruction_of_its_entitlement
    FOREIGN KEY (entitlement_id, origin_round_id) REFERENCES {entitlement} (id, round_id)
