-- creates: what keeps the values of a snapshot in its year: a quarter of another, a fact after its last day, are refused
CREATE FUNCTION results_hold_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows AS value
            JOIN results_snapshot AS taken ON taken.id = value.snapshot_id
            WHERE value.latest_on > taken.until
                OR value.quarter NOT IN ('', '?') AND left(value.quarter, 4) <> to_char(taken.until, 'YYYY')) THEN
        RAISE EXCEPTION 'Ce chiffre n''est pas de l''année de son instantané.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'value_of_its_year';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER value_of_its_year AFTER INSERT ON results_value REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION results_hold_days();

CREATE TRIGGER result_is_kept BEFORE UPDATE OR DELETE ON results_withdrawal
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER result_is_not_emptied BEFORE TRUNCATE ON results_withdrawal
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();
