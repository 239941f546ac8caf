-- writes: registry_person: the keys of search, in one rewriting of the table; drops the function of the former keys
DROP INDEX person_by_surname, person_by_given_name;
ALTER TABLE registry_person
    DROP COLUMN given_key,
    DROP COLUMN surname_key,
    ADD COLUMN given_key text GENERATED ALWAYS AS (jigi_first_word_key(given_names)) STORED NOT NULL,
    ADD COLUMN other_key text GENERATED ALWAYS AS (jigi_other_word_key(given_names)) STORED NOT NULL,
    ADD COLUMN nickname_key text GENERATED ALWAYS AS (jigi_first_word_key(nickname)) STORED NOT NULL,
    ADD COLUMN surname_key text GENERATED ALWAYS AS (jigi_last_word_key(surname)) STORED NOT NULL;
DROP FUNCTION jigi_name_key
