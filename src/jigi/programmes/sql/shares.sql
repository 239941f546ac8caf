-- creates: the trigger that holds the percentages of the agreements of a commune to 100
CREATE FUNCTION programmes_check_shares() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM programmes_fundingcommune
        WHERE component_id = NEW.component_id AND commune_id = NEW.commune_id
        HAVING count(percent) > 0 AND (sum(percent) <> 100 OR count(percent) < count(*))
    ) THEN
        RAISE EXCEPTION 'Les parts des conventions d''une commune ne font pas 100 %%.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER funding_shares_are_whole AFTER INSERT OR UPDATE ON programmes_fundingcommune
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION programmes_check_shares()
