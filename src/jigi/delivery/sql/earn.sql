-- reads: earned (of the statement that includes it), enrolment_enrolment; writes: delivery_due
INSERT INTO delivery_due (component_id, household_id, enrolment_id, person_id, amount_xof, label, earned_on, sort,
    cause, made_by_id, approved_by_id, cancelled_why)
SELECT e.component_id, e.household_id, e.id, earned.person_id, earned.amount_xof, earned.label, earned.earned_on,
    %(sort)s, earned.cause, %(made_by)s, %(by)s, ''
FROM earned JOIN enrolment_enrolment AS e ON e.id = earned.enrolment_id
ORDER BY earned.cause
