-- writes: intake_fieldwork (removes those of a batch whose held interviews are tried again)
DELETE FROM intake_fieldwork WHERE batch_id = %(batch)s
