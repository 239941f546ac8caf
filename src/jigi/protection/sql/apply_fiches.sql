-- writes: intake_submission (answers and device are emptied), intake_attachment, intake_submissionconflict,
-- delivery_fieldfiche, grievances_arrival and what hangs on them (one that was held is set aside: it can be taken no
-- more)
WITH aged AS (
    SELECT id FROM intake_submission WHERE sealed <> '' AND received_at < %(before)s
), files AS (
    DELETE FROM intake_attachment WHERE submission_id IN (SELECT id FROM aged)
), events AS (
    SELECT id FROM delivery_fieldfiche WHERE fiche_id IN (SELECT id FROM aged)
), faults AS (
    DELETE FROM delivery_fieldfault WHERE fiche_id IN (SELECT id FROM events)
), corrections AS (
    DELETE FROM delivery_fieldcorrection WHERE fiche_id IN (SELECT id FROM events)
), held AS (
    UPDATE delivery_fieldfiche SET status = 'dropped' WHERE id IN (SELECT id FROM events) AND status = 'held'
), complaints AS (
    UPDATE grievances_arrival SET became = 'dropped'
    WHERE fiche_id IN (SELECT id FROM aged) AND became IN ('held', 'awaited') RETURNING id
), mended AS (
    DELETE FROM grievances_arrivalfault WHERE arrival_id IN (SELECT id FROM complaints)
), others AS (
    DELETE FROM intake_submissionconflict WHERE submission_id IN (SELECT id FROM aged)
)
UPDATE intake_submission SET sealed = '', device = '' WHERE id IN (SELECT id FROM aged)
