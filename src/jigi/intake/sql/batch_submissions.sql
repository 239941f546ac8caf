-- writes: intake_submission (those of a version that wait, or were held, or that a stopped run had begun)
UPDATE intake_submission SET status = 'batched'
WHERE form_version_id = %(version)s AND status IN ('received', 'held', 'batched')
    AND sealed <> ''
