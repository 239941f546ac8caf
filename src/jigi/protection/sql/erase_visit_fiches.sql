-- reads: erased_household, erased_person, delivery_grant*; writes: intake_submission, intake_attachment,
-- intake_submissionconflict, delivery_grantfiche (the questionnaires of visits that telephones sent, taken or held: answers
-- emptied, pictures and other answers taken away; number and digest stay: one sent again brings back nobody)
WITH told AS (
    SELECT visit.fiche_id FROM delivery_grantvisit AS visit
    WHERE visit.fiche_id IS NOT NULL AND (visit.household_id IN (SELECT id FROM erased_household)
        OR visit.person_id IN (SELECT id FROM erased_person))
    UNION
    SELECT held.fiche_id
    FROM delivery_grantfiche AS held
    CROSS JOIN LATERAL regexp_match(upper(btrim(held.said)), '^(.*)-([0-9]+)$') AS told_number (part)
    JOIN delivery_grantcall AS call ON call.code = told_number.part[1]
    JOIN delivery_grantapplication AS application
        ON application.call_id = call.id AND application.number::numeric = told_number.part[2]::numeric
    WHERE application.household_id IN (SELECT id FROM erased_household)
        OR application.applicant_id IN (SELECT id FROM erased_person)
), pictures AS (
    DELETE FROM intake_attachment WHERE submission_id IN (SELECT fiche_id FROM told)
), others AS (
    DELETE FROM intake_submissionconflict WHERE submission_id IN (SELECT fiche_id FROM told)
), held AS (
    DELETE FROM delivery_grantfiche WHERE fiche_id IN (SELECT fiche_id FROM told)
)
UPDATE intake_submission SET sealed = '', device = '' WHERE id IN (SELECT fiche_id FROM told)
