-- creates: anew the function of the trigger that refuses a day lived in two households (residence.sql)
-- A register that a rolled-back import filled and the server then analysed is known as empty: joined freely, each member
-- of the next import was compared with each (three minutes for six thousand households). Here each one who came is looked up by
-- their index, whatever the server believes.
CREATE OR REPLACE FUNCTION registry_refuse_two_homes() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    several bigint[];
    twice record;
BEGIN
    -- A person with one membership alone has nothing to compare; the others are held until the transaction ends.
    EXECUTE 'SELECT array_agg(DISTINCT came.person_id) FROM came CROSS JOIN LATERAL (
            SELECT FROM registry_membership AS other
            WHERE other.person_id = came.person_id AND other.id <> came.id LIMIT 1) AS elsewhere' INTO several;
    IF several IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM FROM registry_person AS person WHERE person.id = ANY (several) ORDER BY person.id FOR NO KEY UPDATE;
    EXECUTE 'SELECT came.person_id, came.household_id AS one, other.household_id AS two
        FROM came CROSS JOIN LATERAL (
            SELECT beside.household_id FROM registry_membership AS beside
            WHERE beside.person_id = came.person_id AND beside.id <> came.id AND NOT beside.shared
                AND daterange(came.started_on, came.ended_on) && daterange(beside.started_on, beside.ended_on)
            LIMIT 1) AS other
        WHERE NOT came.shared
        LIMIT 1' INTO twice;
    IF twice.person_id IS NOT NULL THEN
        RAISE EXCEPTION 'La personne % vivrait le même jour dans les ménages % et %.', twice.person_id, twice.one, twice.two
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'membership_no_two_homes';
    END IF;
    RETURN NULL;
END $$;
