-- reads: foundation_auditevent, foundation_auditseal; the rows that no seal holds: below the floor, or above it
WITH bounds AS (
    SELECT bound.first, bound.last
    FROM foundation_auditseal AS seal, unnest(seal.firsts, seal.lasts) AS bound (first, last)
), gaps AS (
    SELECT coalesce(max(last) OVER (ORDER BY first, last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + 1,
        -9223372036854775808) AS lower, first - 1 AS upper
    FROM bounds
    UNION ALL
    SELECT coalesce(max(last) + 1, -9223372036854775808), 9223372036854775807 FROM bounds
), head AS (
    SELECT coalesce((SELECT floor FROM foundation_auditseal ORDER BY number DESC LIMIT 1), 0) AS floor
)
SELECT event.id <= head.floor AS settled, count(*) AS rows, min(event.at) AS since, max(event.id) AS last,
    (array_agg(event.id ORDER BY event.id))[1:10] AS ids
FROM head, gaps JOIN foundation_auditevent AS event ON event.id BETWEEN gaps.lower AND gaps.upper
GROUP BY event.id <= head.floor
