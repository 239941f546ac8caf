-- reads: foundation_auditevent, foundation_user; who took away more households in a day than a ceiling or than usual
WITH taken AS (
    SELECT event.by_id, (event.at AT TIME ZONE %(zone)s)::date AS day, min(event.at) AS first_seen,
        max(event.at) AS last_seen, sum(cardinality(event.subjects)) AS households,
        (array_agg(event.id ORDER BY event.id DESC))[1:200] AS events
    FROM foundation_auditevent AS event
    WHERE event.verb IN ('export', 'print') AND event.by_id IS NOT NULL
        AND event.at >= %(since)s::timestamptz - interval '90 days'
    GROUP BY event.by_id, day
), compared AS (
    SELECT taken.*, avg(households) OVER (
        PARTITION BY by_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS usual
    FROM taken
)
SELECT by_id::text AS subject, day::text AS period, person.full_name AS label, by_id AS about_id,
    NULL::bigint AS commune_id, first_seen, last_seen, households::bigint AS count,
    jsonb_build_object('day', day, 'usual', round(coalesce(usual, 0))) AS facts, events, '{}'::bigint[] AS households
FROM compared JOIN foundation_user AS person ON person.id = by_id
WHERE last_seen >= %(since)s AND (households >= %(threshold)s
    OR households >= %(least)s AND usual > 0 AND households >= %(times_usual)s * usual)
