-- reads: enrolment_enrolment, programmes_component; (included) who receives a household's cash transfer, in any programme
SELECT DISTINCT ON (enrolment.household_id) enrolment.household_id, enrolment.recipient_id, enrolment.alternate_id
FROM enrolment_enrolment AS enrolment
JOIN programmes_component AS component ON component.id = enrolment.component_id
    AND component.kind IN ('regular', 'emergency')
WHERE enrolment.status <> 'exited'
ORDER BY enrolment.household_id, component.kind DESC, enrolment.id DESC
