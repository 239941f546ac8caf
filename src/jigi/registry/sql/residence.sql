-- creates: the trigger that refuses a day lived in two households, unless it is declared so
CREATE FUNCTION registry_refuse_two_homes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    twice record;
BEGIN
    -- A person with one membership alone has nothing to compare; the others are held until the transaction ends.
    PERFORM FROM registry_person AS person
    WHERE person.id IN (SELECT came.person_id FROM came JOIN registry_membership AS other
        ON other.person_id = came.person_id AND other.id <> came.id)
    ORDER BY person.id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT came.person_id, came.household_id AS one, other.household_id AS two INTO twice
    FROM came JOIN registry_membership AS other ON other.person_id = came.person_id AND other.id <> came.id
    WHERE NOT came.shared AND NOT other.shared
        AND daterange(came.started_on, came.ended_on) && daterange(other.started_on, other.ended_on)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'La personne % vivrait le même jour dans les ménages % et %.', twice.person_id, twice.one, twice.two
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'membership_no_two_homes';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER one_home_on_insert AFTER INSERT ON registry_membership REFERENCING NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse_two_homes();
CREATE TRIGGER one_home_on_update AFTER UPDATE ON registry_membership REFERENCING NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse_two_homes()
