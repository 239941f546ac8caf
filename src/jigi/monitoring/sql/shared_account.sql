-- reads: enrolment_enrolment; accounts that several households are to be paid on, enrolled lately or not
SELECT min(household_id)::text AS subject, 'comptes' AS period,
    'compte des ménages du site ' || min(pay_point) AS label, NULL::bigint AS about_id,
    CASE WHEN count(DISTINCT commune_id) = 1 THEN min(commune_id) END AS commune_id,
    min(enrolled_at) AS first_seen, max(enrolled_at) AS last_seen, count(DISTINCT household_id) AS count,
    '{}'::jsonb AS facts, '{}'::bigint[] AS events, (array_agg(DISTINCT household_id))[1:200] AS households
FROM enrolment_enrolment
WHERE account_index <> '' AND status <> 'exited'
GROUP BY account_index
HAVING count(DISTINCT household_id) >= %(threshold)s AND max(enrolled_at) >= %(since)s
