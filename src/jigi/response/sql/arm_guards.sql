-- creates: the guards of arms: an arm is planned, listed and enrolled while its response is under way and not past its
-- sunset; what an arm says of whom it takes is not rewritten once its households are enrolled, or once it is given up; the
-- last arm of a component that has rounds is not given up, for they would know no ceiling
CREATE FUNCTION response_guard_arm_of_active() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    answer record;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status IN ('enrolled', 'cancelled', 'ended') THEN
        RAISE EXCEPTION 'Le volet % est fini : il ne change plus.', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'arm_finished_stays';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.activation_id, NEW.component_id) <> (OLD.activation_id, OLD.component_id) THEN
        RAISE EXCEPTION 'Un volet ne change ni de réponse ni de composante.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'arm_keeps_its_component';
    END IF;
    SELECT number, status, sunset_on, decided_at INTO answer FROM response_activation WHERE id = NEW.activation_id;
    IF NEW.status <> 'cancelled' AND answer.status IS DISTINCT FROM 'active' THEN
        RAISE EXCEPTION 'La réponse du volet % n’est pas en cours.', NEW.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'arm_of_an_active_response';
    END IF;
    IF NEW.status NOT IN ('cancelled', 'ended') AND current_date > answer.sunset_on THEN
        RAISE EXCEPTION 'La réponse % a pris fin le % : ses volets ne prennent plus personne.', answer.number,
            answer.sunset_on USING ERRCODE = 'restrict_violation', CONSTRAINT = 'arm_before_the_sunset',
            HINT = 'Demandez une prolongation, ou finissez la réponse.';
    END IF;
    IF NEW.status = 'enrolled' AND NEW.cohort_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM enrolment_cohort WHERE id = NEW.cohort_id AND component_id = NEW.component_id
    ) THEN
        RAISE EXCEPTION 'La cohorte du volet % est d’une autre composante.', NEW.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'arm_cohort_is_of_its_component';
    END IF;
    IF NEW.status = 'cancelled' THEN  -- two arms given up at once wait for each other
        PERFORM FROM response_activation WHERE id = NEW.activation_id FOR NO KEY UPDATE;
    END IF;
    IF NEW.status = 'cancelled' AND EXISTS (
        SELECT FROM payments_paymentround
        WHERE component_id = NEW.component_id AND status <> 'cancelled' AND made_at >= answer.decided_at
    ) AND NOT EXISTS (
        SELECT FROM response_arm WHERE activation_id = NEW.activation_id AND component_id = NEW.component_id
            AND status <> 'cancelled' AND id <> NEW.id
    ) THEN
        RAISE EXCEPTION 'Des tours paient déjà par la composante de ce volet, et lui seul les tient sous le plafond.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'arm_of_a_paying_component_stays',
            HINT = 'Annulez ces tours s’ils ne sont pas approuvés ; sinon le volet finit avec la réponse.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER arm_of_an_active_response BEFORE INSERT OR UPDATE ON response_arm
    FOR EACH ROW EXECUTE FUNCTION response_guard_arm_of_active();

CREATE TRIGGER arm_is_not_deleted BEFORE DELETE ON response_arm FOR EACH ROW
    EXECUTE FUNCTION response_refuse_delete('Un volet s’abandonne, il ne s’efface pas.')
