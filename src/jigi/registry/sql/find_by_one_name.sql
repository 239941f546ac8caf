-- reads: registry_person: those of whom any name has a key of these
SELECT id FROM registry_person WHERE surname_key = ANY (%(given)s::text[]) {sql:find_where}
UNION ALL
SELECT id FROM registry_person WHERE given_key = ANY (%(given)s::text[]) {sql:find_where}
UNION ALL
SELECT id FROM registry_person WHERE other_key = ANY (%(given)s::text[]) AND other_key <> '' {sql:find_where}
UNION ALL
SELECT id FROM registry_person WHERE nickname_key = ANY (%(given)s::text[]) AND nickname_key <> '' {sql:find_where}
LIMIT %(most)s
