-- reads: erased_person; writes: registry_person (kept: sex, year of birth, the numbers of the parents)
UPDATE registry_person AS person SET given_names = 'Personne', surname = 'effacée', nickname = '', father_name = '',
    mother_name = '', education = '', in_school = NULL, occupation = '', died_on = NULL, birth_date = date_trunc('year', birth_date)::date,
    birth_precision = CASE WHEN birth_precision = 'about' THEN 'about' WHEN birth_date IS NOT NULL THEN 'year' END
FROM erased_person AS erased WHERE erased.id = person.id
