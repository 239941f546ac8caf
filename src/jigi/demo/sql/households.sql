-- writes: registry_household, registry_person, registry_membership, for a bench; the persons made, in order
WITH plan AS MATERIALIZED (
    SELECT i, nextval(pg_get_serial_sequence('registry_household', 'id')) AS household,
        nextval(pg_get_serial_sequence('registry_person', 'id')) AS person,
        (%(communes)s::bigint[])[1 + (i - 1) * cardinality(%(communes)s::bigint[]) / %(n)s] AS commune
    FROM generate_series(1::bigint, %(n)s) AS i
), households AS (
    INSERT INTO registry_household (id, rsu_number, commune_id, head_name, size, status, source, source_key,
        content_hash, collected_on, collector)
    SELECT household, jigi_rsu_number(), commune, 'Chef fictif ' || i, 1, 'active', 'mesure', 'mesure-' || i,
        decode(md5(i::text), 'hex'), '2014-06-01', 'E01'
    FROM plan
), persons AS (
    INSERT INTO registry_person (id, commune_id, given_names, surname, nickname, sex, birth_date,
        birth_precision, father_name, mother_name)
    SELECT person, commune, 'Awa', 'Fictive ' || i, '', 'F', '1978-01-01', 'about', '', '' FROM plan
), memberships AS (
    INSERT INTO registry_membership (household_id, person_id, line, relation, role, absent, started_on)
    SELECT household, person, 1, 'head', 'recipient', false, '2014-06-01' FROM plan
)
SELECT person FROM plan ORDER BY i
