-- reads: foundation_auditevent; writes: the next row of foundation_auditseal, over the rows that no seal holds, if any
WITH last AS MATERIALIZED (
    SELECT number, floor, digest FROM foundation_auditseal ORDER BY number DESC LIMIT 1
), head AS MATERIALIZED (
    SELECT number, floor, digest FROM last
    UNION ALL SELECT 0, 0, repeat('0', 64) WHERE NOT EXISTS (SELECT FROM last)
), unsettled AS MATERIALIZED (
    -- The seals that may hold rows above the floor.
    SELECT firsts, lasts, ceiling, writers FROM foundation_auditseal WHERE ceiling > (SELECT floor FROM head)
), held AS MATERIALIZED (
    SELECT bound.first, bound.last FROM unsettled, unnest(firsts, lasts) AS bound (first, last)
), waiting AS MATERIALIZED (
    SELECT event.id, {sql:audit_digest} AS digest
    FROM foundation_auditevent AS event
    WHERE event.id > (SELECT floor FROM head) AND event.id <= %(ceiling)s
        AND NOT EXISTS (SELECT FROM held WHERE event.id BETWEEN held.first AND held.last)
    ORDER BY event.id LIMIT %(most)s
), bounds AS (
    SELECT min(id) AS first, max(id) AS last
    FROM (SELECT id, id - row_number() OVER (ORDER BY id) AS island FROM waiting) AS numbered
    GROUP BY island
), gathered AS (
    SELECT count(*) AS rows, max(id) AS last_id, string_agg(digest, ''::bytea ORDER BY id) AS content,
        string_agg(substring(digest FROM 1 FOR 4), ''::bytea ORDER BY id) AS marks
    FROM waiting
), settled AS (
    -- A number given before a seal is settled once every transaction that was writing then has ended.
    SELECT greatest(head.floor, CASE WHEN cardinality(%(writers)s::text[]) = 0 THEN %(ceiling)s ELSE 0 END,
        (SELECT max(ceiling) FROM unsettled WHERE NOT writers && %(writers)s::text[])) AS floor
    FROM head
), seal AS (
    SELECT head.number + 1 AS number, date_trunc('milliseconds', statement_timestamp()) AS sealed_at,
        (SELECT array_agg(first ORDER BY first) FROM bounds) AS firsts,
        (SELECT array_agg(last ORDER BY first) FROM bounds) AS lasts,
        gathered.rows,
        CASE WHEN gathered.rows = %(most)s THEN least(settled.floor, gathered.last_id) ELSE settled.floor END AS floor,
        %(ceiling)s::bigint AS ceiling, %(writers)s::text[] AS writers, gathered.marks, head.digest AS previous,
        gathered.content
    FROM head, gathered, settled WHERE gathered.rows > 0
)
INSERT INTO foundation_auditseal
    (number, sealed_at, firsts, lasts, rows, floor, ceiling, writers, marks, previous, digest)
SELECT number, sealed_at, firsts, lasts, rows, floor, ceiling, writers, marks, previous, {sql:seal_digest}
FROM seal RETURNING number, sealed_at, rows, previous, digest
