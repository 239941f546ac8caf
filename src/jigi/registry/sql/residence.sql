-- creates: the trigger that refuses a day lived in two households, unless it is declared so
CREATE FUNCTION registry_refuse_two_homes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    several bigint;
    twice record;
BEGIN
    -- Planned anew each time: the plan that suits the first members of an empty register, kept by the session, would
    -- compare each of a million with each.
    -- A person with one membership alone has nothing to compare; the others are held until the transaction ends.
    EXECUTE 'SELECT FROM registry_person AS person
        WHERE person.id IN (SELECT came.person_id FROM came JOIN registry_membership AS other
            ON other.person_id = came.person_id AND other.id <> came.id)
        ORDER BY person.id FOR NO KEY UPDATE';
    GET DIAGNOSTICS several = ROW_COUNT;
    IF several = 0 THEN
        RETURN NULL;
    END IF;
    EXECUTE 'SELECT came.person_id, came.household_id AS one, other.household_id AS two
        FROM came JOIN registry_membership AS other ON other.person_id = came.person_id AND other.id <> came.id
        WHERE NOT came.shared AND NOT other.shared
            AND daterange(came.started_on, came.ended_on) && daterange(other.started_on, other.ended_on)
        LIMIT 1' INTO twice;
    IF twice.person_id IS NOT NULL THEN
        RAISE EXCEPTION 'La personne % vivrait le même jour dans les ménages % et %.', twice.person_id, twice.one, twice.two
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'membership_no_two_homes';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER one_home_on_insert AFTER INSERT ON registry_membership REFERENCING NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse_two_homes();
CREATE TRIGGER one_home_on_update AFTER UPDATE ON registry_membership REFERENCING NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse_two_homes()
