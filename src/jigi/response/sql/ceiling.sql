-- creates: the guard of rounds of a response: none before its decision, no new right after its sunset, nothing after its closing, and never more released than its ceiling
-- Two releases at once wait for each other on the activation; the second then counts the first, which is committed.
CREATE FUNCTION response_guard_round() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    answer record;
    released bigint;
BEGIN
    SELECT activation.id INTO answer
    FROM response_arm AS arm JOIN response_activation AS activation ON activation.id = arm.activation_id
    WHERE arm.component_id = NEW.component_id AND arm.status <> 'cancelled'
    ORDER BY activation.status = 'active' DESC, activation.id DESC LIMIT 1;
    IF NOT FOUND THEN
        RETURN NEW;
    END IF;
    SELECT id, number, status, ceiling_xof, sunset_on, decided_at INTO answer
    FROM response_activation WHERE id = answer.id FOR NO KEY UPDATE;
    IF answer.status <> 'active' THEN
        RAISE EXCEPTION 'La réponse % n’est pas en cours : aucun tour ne la paie.', answer.number
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'round_of_a_response_in_force',
            HINT = 'Faites décider la réponse ; close, elle ne paie plus : préparez-en une autre.';
    END IF;
    -- What was approved in time is owed: it may still leave, and what is owed may be asked again, until the closing.
    IF NEW.status <> 'released' AND NEW.entitlements > 0 AND current_date > answer.sunset_on THEN
        RAISE EXCEPTION 'La réponse % a pris fin le % : elle ne donne plus de droit.', answer.number, answer.sunset_on
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'round_before_the_sunset',
            HINT = 'Demandez une prolongation, ou payez seulement ce qui est déjà dû.';
    END IF;
    IF NEW.status = 'released' THEN
        SELECT coalesce(sum(paid.entitlements_xof), 0) + NEW.entitlements_xof INTO released
        FROM payments_paymentround AS paid
        WHERE paid.id <> NEW.id AND paid.status IN ('released', 'closed') AND paid.released_at >= answer.decided_at
            AND paid.component_id IN (
                SELECT component_id FROM response_arm WHERE activation_id = answer.id AND status <> 'cancelled'
            );
        IF released > answer.ceiling_xof THEN
            RAISE EXCEPTION 'La réponse % dépasserait son plafond : % pour %.', answer.number, released,
                answer.ceiling_xof USING ERRCODE = 'check_violation', CONSTRAINT = 'response_ceiling_is_kept',
                HINT = 'Faites décider une autre réponse, avec un autre plafond et une autre composante.';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER response_ceiling_is_kept BEFORE UPDATE OF status ON payments_paymentround FOR EACH ROW
    WHEN (OLD.status <> NEW.status AND NEW.status IN ('prepared', 'frozen', 'approved', 'released'))
    EXECUTE FUNCTION response_guard_round()
;

-- Its rows are fenced: the guard sees them all, whoever closes.
CREATE FUNCTION response_guard_closing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM response_arm AS arm
        WHERE arm.activation_id = NEW.id AND arm.status <> 'cancelled' AND (
            EXISTS (SELECT FROM payments_paymentround WHERE component_id = arm.component_id
                AND status NOT IN ('closed', 'cancelled'))
            OR EXISTS (SELECT FROM enrolment_enrolment WHERE component_id = arm.component_id AND status <> 'exited')
            OR EXISTS (SELECT FROM payments_owed WHERE component_id = arm.component_id))
    ) THEN
        RAISE EXCEPTION 'Des inscriptions, des tours ou des sommes dues attendent encore : la réponse ne se clôt pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'activation_closed_when_settled';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER activation_closed_when_settled BEFORE UPDATE OF status ON response_activation FOR EACH ROW
    WHEN (OLD.status <> 'closed' AND NEW.status = 'closed') EXECUTE FUNCTION response_guard_closing()
