-- writes: intake_submission (answers and device are emptied), intake_attachment, intake_submissionconflict (deleted)
WITH aged AS (
    SELECT id FROM intake_submission WHERE sealed <> '' AND received_at < %(before)s
), files AS (
    DELETE FROM intake_attachment WHERE submission_id IN (SELECT id FROM aged)
), others AS (
    DELETE FROM intake_submissionconflict WHERE submission_id IN (SELECT id FROM aged)
)
UPDATE intake_submission SET sealed = '', device = '' WHERE id IN (SELECT id FROM aged)
