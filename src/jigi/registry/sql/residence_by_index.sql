-- creates: anew the function of the trigger that refuses a day lived in two households (residence.sql)
-- What the server believes of the register decides nothing here: filled by an import that was rolled back, then analysed,
-- it is taken for an empty one, and each member of the next import was compared with each (three minutes for six
-- thousand households). The size of its file does not lie. Many who came are hashed with all; a few are looked up one by
-- one, which the first load of a register, whose indexes come last, can't do.
CREATE OR REPLACE FUNCTION registry_refuse_two_homes() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = on AS $$
DECLARE
    pairs text := 'came CROSS JOIN LATERAL (SELECT * FROM registry_membership AS beside
        WHERE beside.person_id = came.person_id AND beside.id <> came.id OFFSET 0) AS other';
    several bigint[];
    twice record;
BEGIN
    IF (SELECT count(*) * 5000 > pg_relation_size('registry_membership') FROM came) THEN
        PERFORM set_config('enable_nestloop', 'off', true);  -- until the function ends
        pairs := 'came JOIN registry_membership AS other ON other.person_id = came.person_id AND other.id <> came.id';
    END IF;
    -- A person with one membership alone has nothing to compare; the others are held until the transaction ends.
    EXECUTE 'SELECT array_agg(DISTINCT came.person_id) FROM ' || pairs INTO several;
    IF several IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM FROM registry_person AS person WHERE person.id = ANY (several) ORDER BY person.id FOR NO KEY UPDATE;
    EXECUTE 'SELECT came.person_id, came.household_id AS one, other.household_id AS two FROM ' || pairs || '
        WHERE NOT came.shared AND NOT other.shared
            AND daterange(came.started_on, came.ended_on) && daterange(other.started_on, other.ended_on)
        LIMIT 1' INTO twice;
    IF twice.person_id IS NOT NULL THEN
        RAISE EXCEPTION 'La personne % vivrait le même jour dans les ménages % et %.', twice.person_id, twice.one, twice.two
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'membership_no_two_homes';
    END IF;
    RETURN NULL;
END $$;
