-- reads: registry_phone, registry_person, registry_membership; writes: stage_benefit (the household of a telephone and a
-- name, its words said in any order, and how many there are; the person when only one is so named there)
UPDATE stage_benefit AS target SET found_id = found.household_id, households = found.households,
    person_id = CASE WHEN found.persons = 1 THEN found.person_id END
FROM (
    SELECT stage.line, min(home.household_id) AS household_id, count(DISTINCT home.household_id) AS households,
        min(person.id) AS person_id, count(DISTINCT person.id) AS persons
    FROM stage_benefit AS stage
    JOIN registry_phone AS phone ON phone.number_index = stage.phone_index
    JOIN registry_person AS person ON person.id = phone.person_id
    JOIN registry_membership AS home ON home.person_id = person.id AND home.ended_on IS NULL
    CROSS JOIN LATERAL (
        SELECT array_agg(jigi_word_key(word) ORDER BY jigi_word_key(word)) AS keys
        FROM regexp_split_to_table(jigi_name_words(stage.name), ' +') AS word
    ) AS said
    CROSS JOIN LATERAL (
        SELECT array_agg(jigi_word_key(word) ORDER BY jigi_word_key(word)) AS keys
        FROM regexp_split_to_table(jigi_name_words(person.given_names || ' ' || person.surname), ' +') AS word
    ) AS held
    WHERE stage.rsu IS NULL AND stage.nina_index IS NULL AND said.keys = held.keys
    GROUP BY stage.line
) AS found
WHERE target.line = found.line
