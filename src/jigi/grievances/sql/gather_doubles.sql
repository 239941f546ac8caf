-- reads: registry_phone, registry_person, registry_membership, registry_household: two present members of two households
-- in use who say that the same telephone is their own, with the same name as it is heard, sex and age (5 years apart);
-- writes: grievances_case with both households, each pair once, whatever was decided of it
WITH member AS (
    SELECT phone.number_index, person.surname_key, person.given_key, person.sex, person.birth_date, own.household_id,
        home.commune_id
    FROM registry_phone AS phone
    JOIN registry_person AS person ON person.id = phone.person_id AND person.died_on IS NULL
        AND person.surname_key <> '' AND person.given_key <> ''
    JOIN registry_membership AS own ON own.person_id = person.id AND own.ended_on IS NULL AND NOT own.shared
    JOIN registry_household AS home ON home.id = own.household_id AND home.status = 'active'
    WHERE phone.owner = 'self'
), asked AS (
    SELECT DISTINCT ON (one.household_id, other.household_id) one.household_id AS first, other.household_id AS second,
        one.commune_id, one.household_id || ':' || other.household_id AS key
    FROM member AS one JOIN member AS other USING (number_index, surname_key, given_key, sex)
    WHERE one.household_id < other.household_id
        AND coalesce(abs(extract(year FROM one.birth_date) - extract(year FROM other.birth_date)) <= 5, true)
        AND NOT EXISTS (SELECT FROM grievances_case AS known WHERE known.origin = 'double'
            AND known.origin_key = one.household_id || ':' || other.household_id)
    ORDER BY one.household_id, other.household_id
), made AS (
    INSERT INTO grievances_case (category_id, sensitive, status, level, channel, language, origin, origin_key,
        commune_id, anonymous, name_sealed, name_index, phone_sealed, phone_index, told_sealed, told_index,
        subject, received_on, outcome, appeals, satisfaction)
    SELECT 'double', false, 'received', 'commune', 'system', 'fr', 'double', key, commune_id,
        true, '', '', '', '', '', '', 'même nom et même téléphone dans deux ménages', %(today)s, '', 0, ''
    FROM asked ORDER BY key
    ON CONFLICT (origin, origin_key) WHERE origin <> 'complaint' DO NOTHING
    RETURNING id, origin_key
), homes AS (
    INSERT INTO grievances_casehousehold (case_id, household_id, complains)
    SELECT made.id, home.id, false
    FROM made JOIN asked ON asked.key = made.origin_key
    CROSS JOIN LATERAL (VALUES (asked.first), (asked.second)) AS home (id) ORDER BY made.id, home.id
), told AS (
    INSERT INTO grievances_event (case_id, verb, by_id, facts, note_sealed, note_index)
    SELECT id, 'receive', %(by)s, '{}', '', '' FROM made ORDER BY id
)
SELECT count(*) AS made FROM made
