-- creates: jigi_name_key (spellings of a name), jigi_rsu_number (unguessable number with ISO 7064 check digits)
CREATE FUNCTION jigi_name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    -- Accents, case, separators and h go; then the spellings that vary in Mali: ou/u/w, ph/f, c/k/q, y/i, doubles.
    SELECT replace(replace(replace(replace(replace(replace(replace(replace(
        translate(replace(lower(name), 'ph', 'f'),
            'àâäáãéèêëïîíôöóòûüúùçñŋɛɔɲwqcyjh-''’ .', 'aaaaaeeeeiiioooouuuuknneonukkid'),
        'ou', 'u'), 'kk', 'k'), 'll', 'l'), 'mm', 'm'), 'nn', 'n'), 'ss', 's'), 'tt', 't'), 'aa', 'a')
$$;

CREATE TABLE registry_numbering (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    secret bigint NOT NULL
);
CREATE SEQUENCE registry_rsu_seq MINVALUE 0 MAXVALUE 99999999 START 0;

CREATE FUNCTION jigi_rsu_number() RETURNS varchar LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- A Feistel permutation of 0..99 999 999 (two halves of four digits, six turns keyed by a secret): every number
-- comes once and the next can't be told from the last. Two check digits: ISO 7064, MOD 97-10.
DECLARE
    serial bigint := nextval('registry_rsu_seq');
    l bigint := serial / 10000;
    r bigint := serial % 10000;
    k bigint;
    swap bigint;
BEGIN
    SELECT secret INTO STRICT k FROM registry_numbering;
    FOR turn IN 1..6 LOOP
        swap := (l + (hashint8extended(r + 10000 * turn, k) & 9223372036854775807)) % 10000;
        l := r;
        r := swap;
    END LOOP;
    serial := l * 10000 + r;
    RETURN lpad(serial::text, 8, '0') || lpad((98 - (serial * 100) % 97)::text, 2, '0');
END $$;
