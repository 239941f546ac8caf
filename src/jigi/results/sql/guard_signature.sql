-- creates: who may not sign a snapshot, whole: who took it, who loaded figures it takes, who withdrew one before it
CREATE OR REPLACE FUNCTION results_guard_signature() RETURNS trigger LANGUAGE plpgsql AS $$
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
