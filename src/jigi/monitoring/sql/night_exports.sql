-- reads: foundation_auditevent, foundation_user; who took files away at night; a night bears the date of its evening
SELECT event.by_id::text AS subject, night::text AS period, person.full_name AS label, event.by_id AS about_id,
    NULL::bigint AS commune_id, min(event.at) AS first_seen, max(event.at) AS last_seen,
    count(DISTINCT (event.origin, event.noun, event.object_id, event.after ->> 'asked')) AS count,
    jsonb_build_object('night', night, 'households', sum(cardinality(event.subjects))) AS facts,
    (array_agg(event.id ORDER BY event.id DESC))[1:200] AS events, '{}'::bigint[] AS households
FROM foundation_auditevent AS event
JOIN foundation_user AS person ON person.id = event.by_id AND NOT person.is_service
CROSS JOIN LATERAL (SELECT event.at AT TIME ZONE %(zone)s AS local) AS clock
CROSS JOIN LATERAL (
    SELECT (local - make_interval(hours => %(until_hour)s))::date AS night
) AS said
WHERE event.verb = 'export' AND event.at >= %(since)s
    AND (extract(hour FROM local) >= %(from_hour)s OR extract(hour FROM local) < %(until_hour)s)
GROUP BY event.by_id, person.full_name, night
HAVING count(DISTINCT (event.origin, event.noun, event.object_id, event.after ->> 'asked')) >= %(threshold)s
