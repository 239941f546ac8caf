-- creates: the rights of roles as the database knows them, and the trigger by which no person holds two incompatible ones
CREATE TABLE geography_roleright (
    role text NOT NULL,
    right_code text NOT NULL,
    opens text[] NOT NULL,
    PRIMARY KEY (role, right_code)
);
CREATE TABLE geography_incompatible (
    one text NOT NULL,
    other text NOT NULL,
    why text NOT NULL,
    PRIMARY KEY (one, other)
);

CREATE FUNCTION geography_refuse_incompatible() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    quarrel record;
BEGIN
    -- Two postings of one person given at once would not see each other.
    PERFORM pg_advisory_xact_lock(hashtext('staff_posting'), NEW.user_id::int);
    SELECT pair.one, pair.other, pair.why INTO quarrel
    FROM geography_staffposting AS held
    JOIN geography_area AS there ON there.id = held.area_id
    JOIN geography_area AS here ON here.id = NEW.area_id
    JOIN geography_roleright AS had ON had.role = held.role
    JOIN geography_roleright AS given ON given.role = NEW.role
    JOIN geography_incompatible AS pair ON (pair.one, pair.other) IN (
        (had.right_code, given.right_code), (given.right_code, had.right_code))
    WHERE held.user_id = NEW.user_id AND held.id <> NEW.id
        AND (there.path LIKE here.path || '%' OR here.path LIKE there.path || '%')
        AND (held.programme_code = NEW.programme_code OR held.programme_code = '' OR NEW.programme_code = '')
        AND daterange(held.starts_on, held.ends_on, '[]') && daterange(NEW.starts_on, NEW.ends_on, '[]')
    ORDER BY pair.one, pair.other LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Affectations incompatibles : % et %. %', quarrel.one, quarrel.other, quarrel.why
            USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER posting_is_compatible BEFORE INSERT OR UPDATE ON geography_staffposting
    FOR EACH ROW EXECUTE FUNCTION geography_refuse_incompatible();
