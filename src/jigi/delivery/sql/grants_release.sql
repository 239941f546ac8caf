-- reads: delivery_grantinstalment, delivery_grant; writes: delivery_grantrelease, delivery_due: releases the instalments
-- chosen that one person asked for, each with the due that it earns
WITH released AS (
    INSERT INTO delivery_grantrelease (instalment_id, grant_id, contract_id, household_id, amount_xof, asked_by_id,
        released_by_id, released_on, undone_why)
    SELECT id, grant_id, contract_id, household_id, amount_xof, asked_by_id, %(by)s, %(day)s, ''
    FROM delivery_grantinstalment
    WHERE id = ANY (%(instalments)s::bigint[]) AND status = 'asked' AND asked_by_id = %(made_by)s
    ORDER BY id
    RETURNING id, instalment_id, grant_id, amount_xof
), earned AS (
    SELECT whole.enrolment_id, whole.recipient_id AS person_id, released.amount_xof,
        left('AGR ' || call.code || '-' || lpad(application.number::text, 4, '0') || ', tranche ' || instalment.number,
            160) AS label,
        %(day)s::date AS earned_on, released.id AS cause
    FROM released
    JOIN delivery_grant AS whole ON whole.id = released.grant_id
    JOIN delivery_grantapplication AS application ON application.id = whole.application_id
    JOIN delivery_grantcall AS call ON call.id = whole.call_id
    JOIN delivery_grantinstalment AS instalment ON instalment.id = released.instalment_id
)
{sql:earn}
