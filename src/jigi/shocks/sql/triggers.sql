-- creates the guard of shocks_trigger: a version is kept for good, another text is another version; it is withdrawn once.
CREATE FUNCTION shocks_trigger_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL
        AND to_jsonb(OLD) - '{withdrawn_at,withdrawn_by_id}'::text[] = to_jsonb(NEW) - '{withdrawn_at,withdrawn_by_id}'::text[]
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'trigger_stays: version % of trigger % is kept as it was loaded', OLD.version, OLD.code
        USING ERRCODE = 'check_violation', CONSTRAINT = 'trigger_stays';
END $$;
CREATE TRIGGER trigger_stays BEFORE UPDATE OR DELETE ON shocks_trigger
    FOR EACH ROW EXECUTE FUNCTION shocks_trigger_stays();
