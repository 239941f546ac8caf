-- creates: the guards of arms: an arm is planned, listed and enrolled while its response is under way; what an arm says
-- of whom it takes is not rewritten once its households are enrolled, or once it is abandoned
CREATE FUNCTION response_guard_arm_of_active() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status IN ('enrolled', 'cancelled') THEN
        RAISE EXCEPTION 'Le volet % est fini : il ne change plus.', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'arm_finished_stays';
    END IF;
    IF NEW.status <> 'cancelled' AND NOT EXISTS (
        SELECT FROM response_activation AS response WHERE response.id = NEW.activation_id AND response.status = 'active'
    ) THEN
        RAISE EXCEPTION 'La réponse du volet % n''est pas en cours.', NEW.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'arm_of_an_active_response';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER arm_of_an_active_response BEFORE INSERT OR UPDATE ON response_arm
    FOR EACH ROW EXECUTE FUNCTION response_guard_arm_of_active()
