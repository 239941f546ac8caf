-- writes: foundation_auditevent, one row for each of many actions, in their order
INSERT INTO foundation_auditevent (by_id, origin, verb, noun, object_id, before, after, reason, subjects)
SELECT %(by)s, %(origin)s, verb, noun, object_id, before::jsonb, after::jsonb, reason, subjects::bigint[]
FROM unnest(%(verbs)s::text[], %(nouns)s::text[], %(objects)s::text[], %(befores)s::text[], %(afters)s::text[],
        %(reasons)s::text[], %(subjects)s::text[])
    WITH ORDINALITY AS told (verb, noun, object_id, before, after, reason, subjects, place)
ORDER BY place
