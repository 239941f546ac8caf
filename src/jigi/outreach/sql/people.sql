-- reads: payments_instruction, delivery_session, enrolment_enrolment; who is concerned by a campaign today, by what it is for
SELECT * FROM (
    {sql:people_unpaid}
) AS unpaid WHERE %(audience)s IN ('unpaid', 'late')
UNION ALL
SELECT * FROM (
    {sql:people_enrolled}
) AS enrolled WHERE %(audience)s = 'enrolled'
UNION ALL
SELECT * FROM (
    {sql:people_sessions}
) AS expected WHERE %(audience)s = 'sessions'
