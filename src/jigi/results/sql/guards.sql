-- creates: what keeps snapshots, their values, comments, signatures and loaded figures as they were written
DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['results_snapshot', 'results_value', 'results_comment', 'results_signature',
        'results_figurefile', 'results_figure'] LOOP
        EXECUTE format('CREATE TRIGGER result_is_kept BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change()', kept);
        EXECUTE format('CREATE TRIGGER result_is_not_emptied BEFORE TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change()', kept);
    END LOOP;
END $$;

-- The values of a snapshot are written at once: one that comes later, or is left out, makes another digest.
CREATE FUNCTION results_hold_values() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM results_snapshot AS taken
            WHERE taken.id IN (SELECT snapshot_id FROM new_rows) AND results_digest(taken.id) <> taken.digest) THEN
        RAISE EXCEPTION 'Ces chiffres ne sont pas ceux de leur instantané.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'value_of_its_snapshot';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER value_of_its_snapshot AFTER INSERT ON results_value REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION results_hold_values();

CREATE FUNCTION results_hold_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF results_digest(NEW.id) <> NEW.digest
            OR (SELECT count(*) FROM results_value WHERE snapshot_id = NEW.id) <> NEW.counted THEN
        RAISE EXCEPTION 'Un instantané a les chiffres que dit son empreinte.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'snapshot_has_its_values';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER snapshot_has_its_values AFTER INSERT ON results_snapshot DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION results_hold_snapshot();

CREATE FUNCTION results_guard_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.by_id = (SELECT taken_by_id FROM results_snapshot WHERE id = NEW.snapshot_id) THEN
        RAISE EXCEPTION 'Qui a calculé un instantané ne le signe pas.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'signature_by_another';
    END IF;
    -- A snapshot that a file of figures fed is not signed by who loaded that file either.
    IF EXISTS (SELECT FROM results_value AS value
            JOIN results_figure AS figure ON figure.indicator = value.indicator
            JOIN results_figurefile AS file ON file.id = figure.file_id
            JOIN results_snapshot AS taken ON taken.id = value.snapshot_id
            WHERE value.snapshot_id = NEW.snapshot_id AND value.loaded AND file.loaded_by_id = NEW.by_id
                AND figure.year = extract(year FROM taken.until) AND file.loaded_at <= taken.taken_at) THEN
        RAISE EXCEPTION 'Qui a chargé des chiffres repris ne signe pas l''instantané qui les prend.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'signature_by_another';
    END IF;
    -- Nor by who withdrew a figure of its year before it was taken: what it leaves out is theirs.
    IF EXISTS (SELECT FROM results_withdrawal AS gone
            JOIN results_figure AS figure ON figure.id = gone.figure_id
            JOIN results_snapshot AS taken ON taken.id = NEW.snapshot_id
            WHERE gone.by_id = NEW.by_id AND gone.at <= taken.taken_at
                AND figure.year = extract(year FROM taken.until)) THEN
        RAISE EXCEPTION 'Qui a retiré un chiffre repris ne signe pas l''instantané qui le laisse.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'signature_by_another';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signature_by_another BEFORE INSERT ON results_signature
    FOR EACH ROW EXECUTE FUNCTION results_guard_signature();
