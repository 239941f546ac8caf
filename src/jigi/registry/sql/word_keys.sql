-- creates: the keys by which a word of a name is found whatever its spelling (registry/names.py has the same in Python)
-- Accents and capitals go, y w q are read i u k, what separates words is a space, an apostrophe is nothing.
CREATE FUNCTION jigi_name_words(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- The long translation is dear: names in plain letters do without it.
    SELECT btrim(translate(lower(CASE WHEN octet_length(name) = char_length(name) THEN name ELSE translate(name,
        'éèïêëîíôöóòàâäáãûüúùçñŋɛɔɲÉÈÏÊËÎÍÔÖÓÒÀÂÄÁÃÛÜÚÙÇÑŊƐƆƝ’ʼ',
        'eeieeiiooooaaaaauuuusnneoneeieeiiooooaaaaauuuusnneon''''') END), 'ywq-.,/''`', 'iuk    '))
$$;

-- The spellings that vary in Mali: ph/f, ch/s, c before e and i, c/k, h, ou/u, di/dj/j, gu/g, doubled letters.
CREATE FUNCTION jigi_word_key(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        translate(replace(replace(replace(replace(word,
        'ph', 'f'), 'ch', 's'), 'ce', 'se'), 'ci', 'si'), 'ch', 'k'),
        'ou', 'u'), 'dia', 'ja'), 'die', 'je'), 'dio', 'jo'), 'diu', 'ju'), 'dj', 'j'), 'gui', 'gi'), 'gue', 'ge'),
        'll', 'l'), 'rr', 'r'), 'ss', 's'), 'mm', 'm'), 'nn', 'n'), 'tt', 't'), 'kk', 'k'), 'aa', 'a'), 'ii', 'i'),
        'uu', 'u')
$$;

-- Written « RETURN », not as text: what they call is known when they are made, so that a dump, which is restored without a
-- search path, can fill the columns that they generate.
CREATE FUNCTION jigi_first_word_key(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN jigi_word_key(split_part(jigi_name_words(name), ' ', 1));
CREATE FUNCTION jigi_last_word_key(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN jigi_word_key(split_part(jigi_name_words(name), ' ', -1));
-- The last word of several; nothing for a name of one word.
CREATE FUNCTION jigi_other_word_key(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN strpos(translate(name, '-', ' '), ' ') > 0 THEN jigi_last_word_key(name) ELSE '' END
