-- reads: foundation_auditevent, foundation_user; one person who signed in from many addresses within an hour
WITH came AS (
    SELECT id, at, by_id, after ->> 'address' AS address FROM foundation_auditevent
    WHERE verb = 'sign_in' AND noun = 'user' AND at >= %(since)s::timestamptz - interval '1 hour'
), hours AS (
    SELECT now.by_id, now.at, count(DISTINCT before.address) AS addresses, array_agg(before.id) AS events,
        min(before.at) AS since, array_agg(DISTINCT before.address) AS named
    FROM came AS now
    JOIN came AS before ON before.by_id = now.by_id AND before.at BETWEEN now.at - interval '1 hour' AND now.at
    WHERE now.at >= %(since)s
    GROUP BY now.id, now.by_id, now.at
    HAVING count(DISTINCT before.address) >= %(threshold)s
), widest AS (
    SELECT DISTINCT ON (by_id, (at AT TIME ZONE %(zone)s)::date) *, (at AT TIME ZONE %(zone)s)::date AS day
    FROM hours ORDER BY by_id, (at AT TIME ZONE %(zone)s)::date, addresses DESC, at DESC
)
SELECT by_id::text AS subject, day::text AS period, person.full_name AS label, by_id AS about_id,
    NULL::bigint AS commune_id, since AS first_seen, at AS last_seen, addresses AS count,
    jsonb_build_object('addresses', named) AS facts, events[1:200] AS events, '{}'::bigint[] AS households
FROM widest JOIN foundation_user AS person ON person.id = by_id
