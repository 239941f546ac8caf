-- reads: erased_household, erased_person, registry_membership; writes: intake_submission, intake_attachment, intake_submissionconflict,
-- delivery_fieldfiche and what hangs on it (the questionnaires of events that telephones sent and that name a household, taken or
-- held: answers emptied, pictures and other answers taken away; number and digest stay: one sent again brings back nobody)
WITH told AS (
    SELECT id, fiche_id FROM delivery_fieldfiche
    WHERE households && (SELECT coalesce(array_agg(id), '{}') FROM (
        SELECT id FROM erased_household
        UNION SELECT household_id FROM registry_membership WHERE person_id IN (SELECT id FROM erased_person)) AS theirs)
), pictures AS (
    DELETE FROM intake_attachment WHERE submission_id IN (SELECT fiche_id FROM told)
), others AS (
    DELETE FROM intake_submissionconflict WHERE submission_id IN (SELECT fiche_id FROM told)
), faults AS (
    DELETE FROM delivery_fieldfault WHERE fiche_id IN (SELECT id FROM told)
), corrections AS (
    DELETE FROM delivery_fieldcorrection WHERE fiche_id IN (SELECT id FROM told)
), held AS (
    UPDATE delivery_fieldfiche SET status = 'dropped' WHERE id IN (SELECT id FROM told) AND status = 'held'
)
UPDATE intake_submission SET sealed = '', device = '' WHERE id IN (SELECT fiche_id FROM told)
