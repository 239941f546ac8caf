-- reads: nothing; writes: registry_household, registry_person, registry_membership: a whole country for a bench, names
-- drawn from the commonest
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
), members AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('registry_person', 'id')) AS person, household, commune, line,
        (%(surnames)s::text[])[1 + (i * 31 + line * 17) %% cardinality(%(surnames)s::text[])] AS surname,
        (%(given)s::text[])[1 + (i * 13 + line * 7) %% cardinality(%(given)s::text[])] AS given,
        CASE (i + line) %% 2 WHEN 0 THEN 'F' ELSE 'M' END AS sex
    FROM plan, generate_series(1, 8) AS line
), persons AS (
    INSERT INTO registry_person (id, commune_id, given_names, surname, nickname, sex, birth_date, birth_precision,
        father_name, mother_name)
    SELECT person, commune, given, surname, '', sex, '1978-01-01', 'about', '', '' FROM members
)
INSERT INTO registry_membership (household_id, person_id, line, relation, role, absent, started_on)
SELECT household, person, line, CASE line WHEN 1 THEN 'head' ELSE 'other_kin' END,
    CASE line WHEN 2 THEN 'recipient' ELSE '' END, false, '2014-06-01'
FROM members
