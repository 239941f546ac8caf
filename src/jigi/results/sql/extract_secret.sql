-- creates: a secret that the database draws for one extract and forgets at its end: nobody can go back from its pseudonyms
CREATE TEMPORARY TABLE extract_secret ON COMMIT DROP AS
SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) AS key
