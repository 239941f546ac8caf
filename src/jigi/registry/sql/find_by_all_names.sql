-- reads: registry_person: those whose surname, first and last given name all have keys of these
SELECT id FROM registry_person
WHERE other_key = ANY (%(given)s::text[]) AND other_key <> '' AND surname_key = ANY (%(surnames)s::text[])
    AND given_key = ANY (%(given)s::text[]) {sql:find_where} LIMIT %(most)s
