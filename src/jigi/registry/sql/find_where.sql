-- reads: registry_person; what is asked of the persons besides their name, to stand after their condition on it
    AND (%(communes)s::bigint[] IS NULL OR commune_id = ANY (%(communes)s::bigint[]))
    AND (%(born)s::int IS NULL OR birth_date IS NULL OR birth_date
        BETWEEN make_date(%(born)s::int - %(years)s, 1, 1) AND make_date(%(born)s::int + %(years)s, 12, 31))
    AND (%(sex)s = '' OR sex = %(sex)s)
    AND (%(parents)s::text[] = '{}' OR ARRAY[
        jigi_first_word_key(father_name), jigi_last_word_key(father_name),
        jigi_first_word_key(mother_name), jigi_last_word_key(mother_name)] && %(parents)s::text[])
