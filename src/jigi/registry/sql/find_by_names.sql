-- reads: registry_person: those whose surname and a given name, or the nickname, have keys of these
-- Equality is leakproof: under the fence the indexes on keys are still used, where && or LIKE would read every row.
SELECT id FROM registry_person
WHERE surname_key = ANY (%(surnames)s::text[]) AND given_key = ANY (%(given)s::text[]) {sql:find_where}
UNION ALL
SELECT id FROM registry_person
WHERE surname_key = ANY (%(surnames)s::text[]) AND other_key = ANY (%(given)s::text[]) AND other_key <> ''
    {sql:find_where}
UNION ALL
SELECT id FROM registry_person
WHERE surname_key = ANY (%(surnames)s::text[]) AND nickname_key = ANY (%(given)s::text[]) AND nickname_key <> ''
    {sql:find_where}
LIMIT %(most)s
