-- reads: foundation_auditevent, foundation_user; who changed telephones, accounts or recipients of many households in a day
SELECT event.by_id::text AS subject, day::text AS period, person.full_name AS label, event.by_id AS about_id,
    NULL::bigint AS commune_id, min(event.at) AS first_seen, max(event.at) AS last_seen,
    count(DISTINCT changed.household_id) AS count, jsonb_build_object('day', day) AS facts,
    (array_agg(DISTINCT event.id ORDER BY event.id DESC))[1:200] AS events,
    (array_agg(DISTINCT changed.household_id))[1:200] AS households
FROM foundation_auditevent AS event
JOIN foundation_user AS person ON person.id = event.by_id
CROSS JOIN LATERAL unnest(event.subjects) AS changed (household_id)
CROSS JOIN LATERAL (SELECT (event.at AT TIME ZONE %(zone)s)::date AS day) AS said
WHERE event.verb = ANY (%(verbs)s) AND event.at >= %(since)s
GROUP BY event.by_id, person.full_name, day
HAVING count(DISTINCT changed.household_id) >= %(threshold)s
