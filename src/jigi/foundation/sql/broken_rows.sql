-- reads: some rows of foundation_auditseal, foundation_auditevent; the rows of these seals that are gone or altered
WITH named AS (
    -- A seal whose own bounds were altered names nobody.
    SELECT seal.number, seal.firsts, seal.lasts, seal.marks FROM foundation_auditseal AS seal
    WHERE seal.number = ANY (%(numbers)s) AND length(seal.marks) = 4 * seal.rows
        AND seal.rows = (SELECT sum(last - first + 1) FROM unnest(seal.firsts, seal.lasts) AS bound (first, last))
), expected AS (
    SELECT named.number, numbers.id, named.marks,
        (row_number() OVER (PARTITION BY named.number ORDER BY numbers.id))::int AS place
    FROM named, unnest(named.firsts, named.lasts) AS bound (first, last),
        generate_series(bound.first, bound.last) AS numbers (id)
), found AS (
    SELECT expected.number, expected.id, event.id IS NULL AS gone
    FROM expected LEFT JOIN foundation_auditevent AS event ON event.id = expected.id
    WHERE event.id IS NULL
        OR substring({sql:audit_digest} FROM 1 FOR 4) <> substring(expected.marks FROM 4 * expected.place - 3 FOR 4)
)
SELECT gone, array_agg(DISTINCT number ORDER BY number) AS seals, sum(rows)::bigint AS rows,
    (array_agg(first ORDER BY first))[1:10] AS firsts, (array_agg(last ORDER BY first))[1:10] AS lasts
FROM (
    SELECT gone, number, min(id) AS first, max(id) AS last, count(*) AS rows FROM (
        SELECT gone, number, id, id - row_number() OVER (PARTITION BY gone, number ORDER BY id) AS island FROM found
    ) AS numbered GROUP BY gone, number, island
) AS runs
GROUP BY gone
