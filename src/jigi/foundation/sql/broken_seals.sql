-- reads: foundation_auditseal, foundation_auditevent; the seals that no longer say what they said, with what is wrong
WITH bounds AS (
    SELECT seal.number, bound.first, bound.last
    FROM foundation_auditseal AS seal, unnest(seal.firsts, seal.lasts) AS bound (first, last)
), gathered AS (
    SELECT bounds.number, string_agg(event.digest, ''::bytea ORDER BY event.id) AS digests
    FROM bounds CROSS JOIN LATERAL (
        SELECT event.id, {sql:audit_digest} AS digest
        FROM foundation_auditevent AS event WHERE event.id BETWEEN bounds.first AND bounds.last
    ) AS event
    GROUP BY bounds.number
), checked AS (
    SELECT seal.number, seal.digest = {sql:seal_digest} AS holds,
        seal.previous = lag(seal.digest, 1, repeat('0', 64)) OVER chain AS linked,
        seal.number - lag(seal.number, 1, 0::bigint) OVER chain - 1 AS lost_before
    FROM foundation_auditseal AS seal
    LEFT JOIN gathered USING (number)
    CROSS JOIN LATERAL (SELECT coalesce(gathered.digests, ''::bytea) AS content) AS said
    WINDOW chain AS (ORDER BY seal.number)
)
SELECT number, coalesce(holds, false) AS holds, linked, lost_before FROM checked
WHERE holds IS NOT TRUE OR NOT linked OR lost_before <> 0 ORDER BY number
