-- creates: the trigger that refuses a batch said undone while something that it wrote is still there
CREATE FUNCTION intake_refuse_half_undone() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.status = 'undone' THEN
        RAISE EXCEPTION 'Le lot % est défait : il ne change plus.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM registry_household WHERE batch_id = NEW.id) OR NEW.survey <> '' AND EXISTS (
            SELECT FROM registry_livingconditions WHERE survey = NEW.survey AND batch_id = NEW.id) THEN
        RAISE EXCEPTION 'Le lot % ne peut être dit défait : le registre garde de ses fiches.', NEW.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'batch_undone_left_nothing';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER batch_undone_left_nothing BEFORE UPDATE ON intake_batch
    FOR EACH ROW WHEN (OLD.status = 'undone' OR NEW.status = 'undone') EXECUTE FUNCTION intake_refuse_half_undone()
