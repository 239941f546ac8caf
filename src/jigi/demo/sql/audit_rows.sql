-- writes: a table shaped as foundation_auditevent, as many rows as asked, of actions and readings as people leave them
INSERT INTO {events} (at, by_id, origin, verb, noun, object_id, before, after, reason, subjects)
SELECT statement_timestamp(), %(by)s, '10.' || n %% 200 || '.1.7 /menages/4827-1930-66/',
    (ARRAY['see', 'list', 'reveal', 'freeze'])[1 + n %% 4], 'household', n::text,
    CASE WHEN n %% 4 = 3 THEN '{"status": "prepared"}' ELSE '{}' END::jsonb,
    CASE WHEN n %% 4 = 3 THEN '{"status": "frozen"}' ELSE '{}' END::jsonb,
    CASE WHEN n %% 4 = 2 THEN 'appel avant paiement' ELSE '' END, ARRAY[n]::bigint[]
FROM generate_series(1, %(n)s) AS n
