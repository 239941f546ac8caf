-- reads: registry_person: those of whom no name is asked, in the communes of the villages chosen
SELECT id FROM registry_person WHERE true {sql:find_where} LIMIT %(most)s
