-- writes: grievances_case, so many complaints of a bench, heard in 2016 in some communes, half of them answered
INSERT INTO grievances_case (category_id, sensitive, status, channel, commune_id, received_on, received_by_id, outcome,
    proposed_by_id, decided_by_id, decided_on, answered_on, answered_how, level, language, origin, origin_key, anonymous,
    name_sealed, name_index, phone_sealed, phone_index, told_sealed, told_index, subject, appeals, satisfaction)
SELECT category.code, false, CASE WHEN answered THEN 'answered' ELSE 'sorted' END, 'desk',
    (%(communes)s::bigint[])[1 + (i %% cardinality(%(communes)s::bigint[]))], day, %(heard_by)s,
    CASE WHEN answered THEN 'founded' ELSE '' END, CASE WHEN answered THEN %(heard_by)s END,
    CASE WHEN answered THEN %(decided_by)s END, CASE WHEN answered THEN day + 5 END,
    CASE WHEN answered THEN day + (5 + i %% 20)::integer END, CASE WHEN answered THEN 'phone' ELSE '' END,
    'commune', 'fr', 'complaint', '', true, '', '', '', '', '', '', 'Plainte mesurée', 0, ''
FROM (
    SELECT i, i %% 2 = 0 AS answered, date '2016-01-01' + (i %% 300)::integer AS day
    FROM generate_series(1::bigint, %(n)s) AS i
) AS told
JOIN (
    SELECT code, row_number() OVER (ORDER BY code) - 1 AS rank, count(*) OVER () AS many
    FROM grievances_category WHERE NOT sensitive
) AS category ON category.rank = told.i %% category.many
