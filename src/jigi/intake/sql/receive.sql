-- reads: intake_form, intake_formversion; writes: intake_submission (no row comes back for a number that is there, nor
-- for a form or a version that is not received)
INSERT INTO intake_submission (instance_id, form_version_id, sealed, digest, device, sent_by_id, status)
SELECT %(instance)s, version.id, %(sealed)s, %(digest)s, %(device)s, %(by)s, 'received'
FROM intake_formversion AS version
JOIN intake_form AS form ON form.id = version.form_id
WHERE form.code = %(form)s AND version.version = %(version)s AND version.status IN ('published', 'retired')
ON CONFLICT (instance_id) DO NOTHING
RETURNING id, form_version_id
