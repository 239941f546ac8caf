-- writes: intake_submission (once a number; no row comes back for one that is there)
INSERT INTO intake_submission (instance_id, form_version_id, sealed, digest, device, sent_by_id, status)
VALUES (%(instance)s, %(version)s, %(sealed)s, %(digest)s, %(device)s, %(by)s, 'received')
ON CONFLICT (instance_id) DO NOTHING
RETURNING id
