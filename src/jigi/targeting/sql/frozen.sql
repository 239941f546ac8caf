-- creates: the triggers by which a frozen campaign (its quotas, lists, communes and results) never changes
CREATE FUNCTION targeting_refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM targeting_targetinground AS round
        WHERE round.status = 'frozen' AND round.id IN (SELECT DISTINCT targeting_round_id FROM changed)
    ) THEN
        RAISE EXCEPTION 'La campagne de ciblage est gelée : % ne change plus.', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    noun text;
BEGIN
    FOREACH noun IN ARRAY ARRAY['targetingcommune', 'quota', 'listedhousehold', 'result'] LOOP
        EXECUTE format(
            'CREATE TRIGGER frozen_takes_no_row AFTER INSERT ON targeting_%s REFERENCING NEW TABLE AS changed'
            ' FOR EACH STATEMENT EXECUTE FUNCTION targeting_refuse_frozen()', noun);
        EXECUTE format(
            'CREATE TRIGGER frozen_loses_no_row AFTER DELETE ON targeting_%s REFERENCING OLD TABLE AS changed'
            ' FOR EACH STATEMENT EXECUTE FUNCTION targeting_refuse_frozen()', noun);
        -- Both sides of an update: a row of a frozen campaign, and a row moved into one.
        EXECUTE format(
            'CREATE TRIGGER frozen_keeps_its_rows AFTER UPDATE ON targeting_%s REFERENCING OLD TABLE AS changed'
            ' FOR EACH STATEMENT EXECUTE FUNCTION targeting_refuse_frozen()', noun);
        EXECUTE format(
            'CREATE TRIGGER frozen_gains_no_row AFTER UPDATE ON targeting_%s REFERENCING NEW TABLE AS changed'
            ' FOR EACH STATEMENT EXECUTE FUNCTION targeting_refuse_frozen()', noun);
    END LOOP;
END $$;

CREATE FUNCTION targeting_refuse_unfreezing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'La campagne de ciblage « % » est gelée.', OLD.name USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER frozen_round_never_changes BEFORE UPDATE OR DELETE ON targeting_targetinground
    FOR EACH ROW WHEN (OLD.status = 'frozen') EXECUTE FUNCTION targeting_refuse_unfreezing();

-- Scores are explained by the formula as it was: a change is a new version.
CREATE FUNCTION targeting_refuse_new_coefficients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une formule ajustée ne change pas : ajuster une nouvelle version.'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER formula_never_changes BEFORE UPDATE ON targeting_scoringformula
    FOR EACH ROW EXECUTE FUNCTION targeting_refuse_new_coefficients();
