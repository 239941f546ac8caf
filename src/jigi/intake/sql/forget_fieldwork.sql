-- deletes from: intake_fieldwork (of a batch whose held interviews are tried again)
DELETE FROM intake_fieldwork WHERE batch_id = %(batch)s
