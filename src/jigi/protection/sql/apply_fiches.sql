-- writes: intake_submission (answers and device are emptied), intake_attachment, intake_submissionconflict,
-- delivery_grantfiche (deleted: a visit that was held can be taken no more)
WITH aged AS (
    SELECT id FROM intake_submission WHERE sealed <> '' AND received_at < %(before)s
), files AS (
    DELETE FROM intake_attachment WHERE submission_id IN (SELECT id FROM aged)
), held AS (
    DELETE FROM delivery_grantfiche WHERE fiche_id IN (SELECT id FROM aged)
), others AS (
    DELETE FROM intake_submissionconflict WHERE submission_id IN (SELECT id FROM aged)
)
UPDATE intake_submission SET sealed = '', device = '' WHERE id IN (SELECT id FROM aged)
