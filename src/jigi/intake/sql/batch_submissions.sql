-- reads: intake_batch, intake_setaside; writes: intake_submission (those of a version that wait, or were held, or that a stopped run had begun)
UPDATE intake_submission SET status = 'batched'
WHERE form_version_id = %(version)s AND status IN ('received', 'held', 'batched')
    AND sealed <> ''
    -- Those of a batch under review wait for it; those sent back are done again under another number.
    AND NOT EXISTS (SELECT FROM intake_batch AS batch
        WHERE batch.id = batch_id AND batch.status IN ('checked', 'reviewed'))
    AND NOT EXISTS (SELECT FROM intake_setaside AS aside WHERE aside.key = instance_id)
