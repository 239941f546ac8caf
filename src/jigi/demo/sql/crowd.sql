-- reads: nothing; writes: registry_household, registry_person, registry_membership: a whole country for a bench, names
-- drawn as often as the lists given hold them
WITH plan AS MATERIALIZED (
    SELECT i, nextval(pg_get_serial_sequence('registry_household', 'id')) AS household,
        (%(communes)s::bigint[])[1 + (i * 7919) %% cardinality(%(communes)s::bigint[])] AS commune
    FROM generate_series(1::bigint, %(n)s) AS i
), households AS (
    INSERT INTO registry_household (id, rsu_number, commune_id, head_name, size, status, source, source_key,
        content_hash, collected_on, collector)
    SELECT household, jigi_rsu_number(), commune, 'Chef fictif ' || i, 8, 'active', 'mesure', 'mesure-' || i,
        decode(md5(i::text), 'hex'), '2014-06-01', 'E01'
    FROM plan
), draws AS (
    -- Four draws a person, of 31 bits each, which nothing ties to one another.
    SELECT household, commune, line, ARRAY(SELECT hashint8extended(i * 8 + line, draw) & 2147483647
        FROM generate_series(1, 4) AS draw) AS drawn
    FROM plan, generate_series(1, 8) AS line
), members AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('registry_person', 'id')) AS person, household, commune, line,
        (%(surnames)s::text[])[1 + drawn[1] %% cardinality(%(surnames)s::text[])] AS surname,
        (%(given)s::text[])[1 + drawn[2] %% cardinality(%(given)s::text[])]
            || CASE WHEN drawn[4] %% 5 > 0 THEN ''
                ELSE ' ' || (%(given)s::text[])[1 + drawn[4] %% cardinality(%(given)s::text[])] END AS given,
        (%(given)s::text[])[1 + drawn[3] %% cardinality(%(given)s::text[])]
            || ' ' || (%(surnames)s::text[])[1 + drawn[3] %% cardinality(%(surnames)s::text[])] AS mother,
        CASE drawn[4] %% 20 WHEN 1 THEN (%(given)s::text[])[1 + drawn[3] %% cardinality(%(given)s::text[])]
            ELSE '' END AS nickname,
        CASE drawn[3] %% 2 WHEN 0 THEN 'F' ELSE 'M' END AS sex,
        make_date(1935 + ((drawn[1] # drawn[2]) %% 79)::int, 1, 1) AS birth
    FROM draws
), persons AS (
    INSERT INTO registry_person (id, commune_id, given_names, surname, nickname, sex, birth_date, birth_precision,
        father_name, mother_name)
    SELECT person, commune, given, surname, nickname, sex, birth, 'about', '', mother FROM members
)
INSERT INTO registry_membership (household_id, person_id, line, relation, role, absent, started_on)
SELECT household, person, line, CASE line WHEN 1 THEN 'head' ELSE 'other_kin' END,
    CASE line WHEN 2 THEN 'recipient' ELSE '' END, false, '2014-06-01'
FROM members
