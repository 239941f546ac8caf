-- reads: extract_household, extract_secret, registry_membership, registry_person; the table « personnes » of an extract: who
-- lives in its households, without who died or was erased
SELECT 'P' || left(encode(sha256(secret.key || 'p' || int8send(person.id)), 'hex'), 20), kept.code, person.sex,
    CASE WHEN aged.years < 15 THEN aged.years ELSE least(aged.years / 5 * 5, 80) END, living.relation, living.role,
    living.absent, person.education, person.in_school, person.occupation
FROM registry_membership AS living
JOIN extract_household AS kept ON kept.id = living.household_id
JOIN registry_person AS person ON person.id = living.person_id
CROSS JOIN LATERAL (SELECT extract(year FROM age(person.birth_date))::integer AS years) AS aged
CROSS JOIN extract_secret AS secret
WHERE living.ended_on IS NULL AND person.died_on IS NULL
    AND NOT (person.given_names = 'Personne' AND person.surname = 'effacée')
