-- creates: what an agreement may finance on a day, why it does not finance a term, and what keeps that as it was said
CREATE TRIGGER eligibility_never_changes BEFORE UPDATE OR DELETE ON programmes_eligibility
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER eligibility_never_truncated BEFORE TRUNCATE ON programmes_eligibility
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER eligible_item_never_changes BEFORE UPDATE OR DELETE ON programmes_eligibleitem
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER eligible_item_never_truncated BEFORE TRUNCATE ON programmes_eligibleitem
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();

CREATE FUNCTION programmes_check_eligibility(said bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM programmes_eligibility AS whole
        WHERE whole.id = said AND (whole.components, whole.areas, whole.periods) <> (
            SELECT count(*) FILTER (WHERE item.component <> ''), count(item.area_id), count(item.starts_on)
            FROM programmes_eligibleitem AS item WHERE item.eligibility_id = said)
    ) THEN
        RAISE EXCEPTION 'Ce qu''une convention finance se dit en entier, une fois.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'eligibility_is_said_whole';
    END IF;
END $$;
CREATE FUNCTION programmes_eligibility_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'programmes_eligibility' THEN
        PERFORM programmes_check_eligibility(NEW.id);
        IF NEW.amendment_id IS NOT NULL AND NOT EXISTS (SELECT FROM programmes_amendment AS a
                WHERE a.id = NEW.amendment_id AND a.agreement_id = NEW.agreement_id AND a.kind = 'eligibility') THEN
            RAISE EXCEPTION 'Une éligibilité est celle d''un avenant de sa convention.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'eligibility_is_of_its_amendment';
        END IF;
    ELSE
        PERFORM programmes_check_eligibility(NEW.eligibility_id);
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER eligibility_is_said_whole AFTER INSERT ON programmes_eligibility
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION programmes_eligibility_is_whole();
CREATE CONSTRAINT TRIGGER eligible_item_is_of_a_whole AFTER INSERT ON programmes_eligibleitem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION programmes_eligibility_is_whole();

-- What an amendment of this kind changes is written with it.
CREATE FUNCTION programmes_eligibility_is_said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM programmes_eligibility WHERE amendment_id = NEW.id) THEN
        RAISE EXCEPTION 'Un avenant d''éligibilité dit ce que la convention finance.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'amendment_says_its_eligibility';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER amendment_says_its_eligibility AFTER INSERT ON programmes_amendment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind = 'eligibility')
    EXECUTE FUNCTION programmes_eligibility_is_said();

CREATE FUNCTION programmes_eligibility_of(of_agreement bigint, day date) RETURNS bigint LANGUAGE sql STABLE AS $$
    -- The last that was confirmed, else what was signed: programmes.eligibility.in_force says the same.
    SELECT said.id
    FROM programmes_eligibility AS said
    LEFT JOIN programmes_amendment AS amended ON amended.id = said.amendment_id
    LEFT JOIN programmes_amendmentdecision AS decided ON decided.amendment_id = amended.id
    WHERE said.agreement_id = of_agreement AND (amended.id IS NULL OR decided.confirmed AND amended.signed_on <= day)
    ORDER BY coalesce(amended.number, 0) DESC
    LIMIT 1
$$;

CREATE FUNCTION programmes_ineligible(
    of_agreement bigint, of_component bigint, of_commune bigint, starts date, ends date, day date
) RETURNS text LANGUAGE sql STABLE AS $$
    -- programmes.eligible_rules.why_not says the same; a test holds the two together.
    SELECT coalesce((
        SELECT CASE
            WHEN said.components > 0 AND NOT EXISTS (
                SELECT FROM programmes_eligibleitem AS item
                JOIN programmes_component AS asked ON asked.id = of_component
                JOIN programmes_programme AS programme ON programme.id = asked.programme_id
                WHERE item.eligibility_id = said.id AND item.component = programme.code || '.' || asked.code)
                THEN 'component'
            WHEN said.areas > 0 AND NOT EXISTS (
                SELECT FROM programmes_eligibleitem AS item
                JOIN geography_area AS around ON around.id = item.area_id
                JOIN geography_area AS place ON place.id = of_commune AND starts_with(place.path, around.path)
                WHERE item.eligibility_id = said.id)
                THEN 'commune'
            WHEN said.periods > 0 AND NOT EXISTS (
                SELECT FROM programmes_eligibleitem AS item
                WHERE item.eligibility_id = said.id AND item.starts_on <= starts AND ends <= item.ends_on)
                THEN 'period'
            ELSE '' END
        FROM programmes_eligibility AS said WHERE said.id = programmes_eligibility_of(of_agreement, day)), '')
$$;
