-- reads: registry_phone of one person (person.person_id): their own first, then the first that was told
SELECT sealed, number_index FROM registry_phone
WHERE person_id = person.person_id ORDER BY (owner = 'self') DESC, id LIMIT 1
