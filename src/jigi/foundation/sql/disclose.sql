-- writes: foundation_auditevent, one row for every so many of the households concerned, one row when there are none
INSERT INTO foundation_auditevent (by_id, origin, verb, noun, object_id, before, after, reason, subjects, at)
SELECT %(by)s, %(origin)s, %(verb)s, %(noun)s, %(object_id)s, '{}', %(after)s, %(reason)s, part.subjects,
    statement_timestamp()
FROM (
    SELECT 0 AS place, '{}'::bigint[] AS subjects WHERE cardinality(%(subjects)s::bigint[]) = 0
    UNION ALL
    SELECT (place - 1) / %(most)s, array_agg(subject ORDER BY place)
    FROM unnest(%(subjects)s::bigint[]) WITH ORDINALITY AS asked (subject, place)
    GROUP BY (place - 1) / %(most)s
) AS part
ORDER BY part.place
