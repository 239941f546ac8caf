-- reads: erased_household, erased_person; writes: delivery_grantapplication (words; one without a grant is withdrawn),
-- delivery_grantinstalment, delivery_grantevidence (images and what they show), delivery_grantvisit, delivery_grantdefault,
-- delivery_grantgraduation (words, and the illness behind a trouble); francs, days, scores, ranks and signatures stay
WITH given AS (
    SELECT id FROM delivery_grant
    WHERE household_id IN (SELECT id FROM erased_household) OR recipient_id IN (SELECT id FROM erased_person)
), returned AS (
    UPDATE delivery_grantinstalment SET why = 'effacé' WHERE why <> '' AND grant_id IN (SELECT id FROM given)
), shown AS (
    UPDATE delivery_grantevidence AS paper SET note = 'effacé', sealed = ''
    FROM delivery_grantinstalment AS instalment
    WHERE instalment.id = paper.instalment_id AND instalment.grant_id IN (SELECT id FROM given)
), visited AS (
    UPDATE delivery_grantvisit SET advice = CASE WHEN advice = '' THEN '' ELSE 'effacé' END,
        struck_why = CASE WHEN struck_why = '' THEN '' ELSE 'effacé' END,
        trouble = CASE WHEN trouble = 'health' THEN 'other' ELSE trouble END
    WHERE grant_id IN (SELECT id FROM given)
), failed AS (
    UPDATE delivery_grantdefault SET told = 'effacé',
        ended_why = CASE WHEN ended_why = '' THEN '' ELSE 'effacé' END
    WHERE grant_id IN (SELECT id FROM given)
), graduated AS (
    UPDATE delivery_grantgraduation SET why = 'effacé' WHERE why <> '' AND grant_id IN (SELECT id FROM given)
), kept AS (
    SELECT application.id, application.status IN ('submitted', 'waiting', 'selected') AND whole.id IS NULL AS waits
    FROM delivery_grantapplication AS application
    LEFT JOIN delivery_grant AS whole ON whole.application_id = application.id
    WHERE application.household_id IN (SELECT id FROM erased_household)
        OR application.applicant_id IN (SELECT id FROM erased_person)
)
UPDATE delivery_grantapplication AS application SET description = 'effacé',
    group_name = CASE WHEN application.group_name = '' THEN '' ELSE 'effacé' END,
    status = CASE WHEN kept.waits THEN 'withdrawn' ELSE application.status END,
    why = CASE WHEN kept.waits OR application.why <> '' THEN 'effacé' ELSE '' END
FROM kept WHERE kept.id = application.id
