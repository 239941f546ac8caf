-- reads: foundation_auditevent, foundation_user; who showed numbers in clear many times in a day, of how many households
SELECT event.by_id::text AS subject, day::text AS period, person.full_name AS label, event.by_id AS about_id,
    NULL::bigint AS commune_id, min(event.at) AS first_seen, max(event.at) AS last_seen, count(*) AS count,
    jsonb_build_object('day', day, 'households', count(DISTINCT event.object_id)) AS facts,
    (array_agg(event.id ORDER BY event.id DESC))[1:200] AS events, '{}'::bigint[] AS households
FROM foundation_auditevent AS event
JOIN foundation_user AS person ON person.id = event.by_id
CROSS JOIN LATERAL (SELECT (event.at AT TIME ZONE %(zone)s)::date AS day) AS said
WHERE event.verb = 'reveal' AND event.at >= %(since)s
GROUP BY event.by_id, person.full_name, day
HAVING count(*) >= %(threshold)s
