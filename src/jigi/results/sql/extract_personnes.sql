-- reads: extract_household, extract_secret, registry_membership, registry_person, sharing_sharingobjection; the table
-- « personnes » of an extract: who lives in its households, without who opposes any sharing
SELECT 'P' || left(encode(sha256(secret.key || 'p' || int8send(person.id)), 'hex'), 20), kept.code, person.sex,
    least(extract(year FROM age(person.birth_date))::integer, 80), living.relation, living.role, living.absent,
    person.education, person.in_school, person.occupation
FROM registry_membership AS living
JOIN extract_household AS kept ON kept.id = living.household_id
JOIN registry_person AS person ON person.id = living.person_id
CROSS JOIN extract_secret AS secret
WHERE living.ended_on IS NULL AND person.died_on IS NULL
    AND NOT EXISTS (SELECT FROM sharing_sharingobjection AS opposed
        WHERE opposed.person_id = person.id AND opposed.partner = '' AND opposed.lifted_at IS NULL)
