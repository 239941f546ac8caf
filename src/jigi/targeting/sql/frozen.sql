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
        -- What the committee wrote of a household may be erased with it (below); nothing else of a list changes.
        CONTINUE WHEN noun = 'listedhousehold';
        -- Both sides of an update: a row of a frozen campaign, and a row moved into one.
        EXECUTE format(
            'CREATE TRIGGER frozen_keeps_its_rows AFTER UPDATE ON targeting_%s REFERENCING OLD TABLE AS changed'
            ' FOR EACH STATEMENT EXECUTE FUNCTION targeting_refuse_frozen()', noun);
        EXECUTE format(
            'CREATE TRIGGER frozen_gains_no_row AFTER UPDATE ON targeting_%s REFERENCING NEW TABLE AS changed'
            ' FOR EACH STATEMENT EXECUTE FUNCTION targeting_refuse_frozen()', noun);
    END LOOP;
END $$;

-- The words of a committee about a household, and the line of the file that names it, are not in the hash of the
-- result. A person who has their data erased has them emptied, on a frozen campaign too: emptied, never rewritten.
CREATE FUNCTION targeting_guard_listed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM was FULL JOIN becomes ON becomes.id = was.id
        JOIN targeting_targetinground AS round
            ON round.id IN (was.targeting_round_id, becomes.targeting_round_id) AND round.status = 'frozen'
        WHERE (becomes.reason, becomes.file_name, becomes.line) IS DISTINCT FROM ('', '', 0::bigint)
            OR (becomes.targeting_round_id, becomes.household_id, becomes.rank, becomes.food_insecurity,
                becomes.income_source, becomes.production_tools, becomes.household_composition)
            IS DISTINCT FROM (was.targeting_round_id, was.household_id, was.rank, was.food_insecurity,
                was.income_source, was.production_tools, was.household_composition)
    ) THEN
        RAISE EXCEPTION 'La campagne de ciblage est gelée : % ne change plus.', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER frozen_keeps_its_rows AFTER UPDATE ON targeting_listedhousehold
    REFERENCING OLD TABLE AS was NEW TABLE AS becomes
    FOR EACH STATEMENT EXECUTE FUNCTION targeting_guard_listed();

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
