-- creates: the guard of values: one never changes, but to be superseded by the next version of its own key; it leaves only
-- with its file, once that file is undone, and what it had superseded is in force again
CREATE FUNCTION shocks_value_stays() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF NOT EXISTS (SELECT FROM shocks_signalfile WHERE id = OLD.file_id AND status = 'undone') THEN
            RAISE EXCEPTION 'a value leaves only with its file' USING ERRCODE = 'check_violation', CONSTRAINT = 'signal_value_stays';
        END IF;
        RETURN OLD;
    END IF;
    IF (OLD.id, OLD.signal, OLD.source, OLD.area_id, OLD.starts_on, OLD.ends_on, OLD.published_on, OLD.status, OLD.outlook,
        OLD.version, OLD.value, OLD.file_id, OLD.alert_id, OLD.line)
        IS DISTINCT FROM (NEW.id, NEW.signal, NEW.source, NEW.area_id, NEW.starts_on, NEW.ends_on, NEW.published_on,
        NEW.status, NEW.outlook, NEW.version, NEW.value, NEW.file_id, NEW.alert_id, NEW.line) THEN
        RAISE EXCEPTION 'a value never changes' USING ERRCODE = 'check_violation', CONSTRAINT = 'signal_value_stays';
    END IF;
    IF OLD.superseded_by_id IS NOT NULL AND EXISTS (SELECT FROM shocks_signalvalue WHERE id = OLD.superseded_by_id) THEN
        RAISE EXCEPTION 'a value is superseded once' USING ERRCODE = 'check_violation', CONSTRAINT = 'signal_value_superseded_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signal_value_stays BEFORE UPDATE OR DELETE ON shocks_signalvalue
    FOR EACH ROW EXECUTE FUNCTION shocks_value_stays();
CREATE FUNCTION shocks_value_follows() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    held shocks_signalvalue;
BEGIN
    -- At the end of the transaction what counts is how the row stands then: it may have left, or be in force again.
    SELECT * INTO held FROM shocks_signalvalue WHERE id = NEW.id;
    IF held.superseded_by_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM shocks_signalvalue AS next WHERE next.id = held.superseded_by_id AND next.version = held.version + 1
            AND (next.signal, next.source, next.area_id, next.starts_on, next.ends_on, next.published_on, next.outlook)
              = (held.signal, held.source, held.area_id, held.starts_on, held.ends_on, held.published_on, held.outlook)) THEN
        RAISE EXCEPTION 'the next version of the same key supersedes' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'signal_value_superseded_by_next';
    END IF;
    IF held.status = 'final' AND EXISTS (
        SELECT FROM shocks_signalvalue WHERE id = held.superseded_by_id AND status = 'provisional') THEN
        RAISE EXCEPTION 'a final value gives way to a final one' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'signal_value_final_stays';
    END IF;
    IF held.version > 1 AND NOT EXISTS (SELECT FROM shocks_signalvalue WHERE superseded_by_id = held.id) THEN
        RAISE EXCEPTION 'a version follows another' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'signal_value_version_follows';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER signal_value_version_follows AFTER INSERT ON shocks_signalvalue
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.version > 1 OR NEW.superseded_by_id IS NOT NULL)
    EXECUTE FUNCTION shocks_value_follows();
CREATE CONSTRAINT TRIGGER signal_value_superseded_by_next AFTER UPDATE OF superseded_by_id ON shocks_signalvalue
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION shocks_value_follows()
