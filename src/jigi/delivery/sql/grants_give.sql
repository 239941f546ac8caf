-- reads: delivery_grantapplication, enrolment_enrolment; writes: delivery_grant, delivery_grantinstalment: the grants of a
-- cohort, one for each selected application that it enrolled, with the instalments of the call
WITH given AS (
    INSERT INTO delivery_grant (application_id, call_id, contract_id, household_id, commune_id, enrolment_id,
        recipient_id, amount_xof, status)
    SELECT application.id, call.id, application.contract_id, application.household_id, application.commune_id,
        enrolment.id, enrolment.recipient_id, call.grant_xof, 'running'
    FROM delivery_grantapplication AS application
    JOIN delivery_grantcall AS call ON call.id = application.call_id
    JOIN enrolment_enrolment AS enrolment ON enrolment.household_id = application.household_id
        AND enrolment.cohort_id = %(cohort)s
    WHERE application.call_id = %(call)s AND application.status = 'selected'
    ORDER BY application.number
    RETURNING id, call_id, contract_id, household_id
)
INSERT INTO delivery_grantinstalment (grant_id, call_id, contract_id, household_id, number, amount_xof, status, why)
SELECT given.id, given.call_id, given.contract_id, given.household_id, tranche.number, tranche.amount_xof, 'planned', ''
FROM given JOIN delivery_granttranche AS tranche ON tranche.call_id = given.call_id
ORDER BY given.id, tranche.number
