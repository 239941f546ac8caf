-- reads: foundation_auditevent; one browser at one address where many people signed in on a day
SELECT left(encode(sha256(convert_to(address || ' ' || agent, 'UTF8')), 'hex'), 16) AS subject, day::text AS period,
    'appareil à l’adresse ' || address AS label, NULL::bigint AS about_id, NULL::bigint AS commune_id,
    min(event.at) AS first_seen, max(event.at) AS last_seen, count(DISTINCT event.by_id) AS count,
    jsonb_build_object('address', address, 'agent', agent,
        'people', (SELECT array_agg(full_name ORDER BY full_name) FROM foundation_user
            WHERE id = ANY (array_agg(DISTINCT event.by_id)))) AS facts,
    (array_agg(event.id ORDER BY event.id DESC))[1:200] AS events, '{}'::bigint[] AS households
FROM foundation_auditevent AS event
CROSS JOIN LATERAL (
    SELECT event.after ->> 'address' AS address, event.after ->> 'agent' AS agent,
        (event.at AT TIME ZONE %(zone)s)::date AS day
) AS said
WHERE event.verb = 'sign_in' AND event.noun = 'user' AND event.at >= %(since)s AND address <> ''
GROUP BY address, agent, day
HAVING count(DISTINCT event.by_id) >= %(threshold)s
