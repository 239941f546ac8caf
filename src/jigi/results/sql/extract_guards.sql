-- creates: what keeps requests of extracts, their answers and what was made as they were written; who asked does not
-- grant, and nothing is made that was not granted
DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['results_extractrequest', 'results_extractanswer', 'results_extract'] LOOP
        EXECUTE format('CREATE TRIGGER result_is_kept BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change()', kept);
        EXECUTE format('CREATE TRIGGER result_is_not_emptied BEFORE TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change()', kept);
    END LOOP;
END $$;

CREATE TRIGGER result_is_kept BEFORE UPDATE ON results_extractpart
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();

CREATE FUNCTION results_guard_extract_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.by_id = (SELECT by_id FROM results_extractrequest WHERE id = NEW.request_id) THEN
        RAISE EXCEPTION 'Qui demande un extrait ne se l''accorde pas.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'extract_granted_by_another';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER extract_granted_by_another BEFORE INSERT ON results_extractanswer
    FOR EACH ROW EXECUTE FUNCTION results_guard_extract_answer();

CREATE FUNCTION results_guard_extract() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM results_extractanswer WHERE request_id = NEW.request_id AND granted) THEN
        RAISE EXCEPTION 'Un extrait s''écrit quand il est accordé.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'extract_was_granted';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER extract_was_granted BEFORE INSERT ON results_extract
    FOR EACH ROW EXECUTE FUNCTION results_guard_extract();
