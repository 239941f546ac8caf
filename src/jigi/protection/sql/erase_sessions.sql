-- reads: erased_household, erased_person, enrolment_enrolment, registry_household; writes: delivery_conditionfinding,
-- delivery_conditionappeal (what was said and answered, in words), delivery_attendanceproblem (the number that a line of a
-- file says); sessions, who came by number, days, decisions and signatures stay
WITH found AS (
    SELECT finding.id FROM delivery_conditionfinding AS finding
    JOIN enrolment_enrolment AS own ON own.id = finding.enrolment_id
    WHERE finding.household_id IN (SELECT id FROM erased_household) OR own.recipient_id IN (SELECT id FROM erased_person)
), dismissed AS (
    UPDATE delivery_conditionfinding SET dismissed_why = 'effacé'
    WHERE dismissed_why <> '' AND id IN (SELECT id FROM found)
), wrong AS (
    UPDATE delivery_attendanceproblem AS problem SET value = ''
    FROM registry_household AS household
    WHERE household.id IN (SELECT id FROM erased_household) AND problem.value <> ''
        AND regexp_replace(problem.value, '\D', '', 'g') = household.rsu_number
)
UPDATE delivery_conditionappeal SET said = 'effacé',
    decided_why = CASE WHEN decided_why = '' THEN '' ELSE 'effacé' END
WHERE finding_id IN (SELECT id FROM found)
