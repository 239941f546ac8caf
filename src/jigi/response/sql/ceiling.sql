-- creates: the guard of rounds of a response: no new right without a decision, none after its sunset, nothing after its closing, only by its agreement, and never more approved and released than its ceiling
-- What the rounds of its components hold of the ceiling: those approved, and those released since its decision.
CREATE FUNCTION response_held_xof(answer bigint, besides bigint, also_by bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(held.entitlements_xof), 0)::bigint
    FROM response_activation AS activation
    JOIN payments_paymentround AS held ON held.id IS DISTINCT FROM besides AND (held.component_id = also_by
        OR held.component_id IN (
            SELECT component_id FROM response_arm WHERE activation_id = answer AND status <> 'cancelled'))
    WHERE activation.id = answer AND (held.status = 'approved'
        OR held.status IN ('released', 'closed') AND held.released_at >= activation.decided_at)
$$;

-- Two approvals at once wait for each other on the activation; the second then counts the first, which is committed.
CREATE FUNCTION response_guard_round() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    answer record;
    held bigint;
BEGIN
    SELECT activation.id INTO answer
    FROM response_arm AS arm JOIN response_activation AS activation ON activation.id = arm.activation_id
    WHERE arm.component_id = NEW.component_id AND arm.status <> 'cancelled'
    ORDER BY activation.status = 'active' DESC, activation.id DESC LIMIT 1;
    IF NOT FOUND THEN
        IF NEW.status <> 'released' AND NEW.entitlements > 0 AND EXISTS (
            SELECT FROM programmes_component WHERE id = NEW.component_id AND kind = 'emergency'
        ) THEN
            RAISE EXCEPTION 'Aucune réponse décidée ne paie par cette composante d’urgence.'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'round_of_a_decided_response',
                HINT = 'Prévoyez un volet d’une réponse en cours pour cette composante, puis préparez le tour.';
        END IF;
        RETURN NEW;
    END IF;
    SELECT id, number, status, ceiling_xof, sunset_on, agreement_id INTO answer
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
    IF NEW.status = 'approved' AND EXISTS (
        SELECT FROM payments_entitlement AS owed JOIN programmes_fundingline AS line ON line.id = owed.funding_line_id
        WHERE owed.round_id = NEW.id AND line.agreement_id <> answer.agreement_id
    ) THEN
        RAISE EXCEPTION 'Des droits de ce tour sont sur une autre convention que celle de la réponse %.', answer.number
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'round_by_the_agreement_of_its_response',
            HINT = 'Renvoyez la liste, et corrigez le financement de la composante dans le fichier du programme.';
    END IF;
    IF NEW.status IN ('approved', 'released') THEN
        held := response_held_xof(answer.id, NEW.id, NEW.component_id) + NEW.entitlements_xof;
        IF held > answer.ceiling_xof THEN
            RAISE EXCEPTION 'La réponse % dépasserait son plafond : % pour %.', answer.number, held, answer.ceiling_xof
                USING ERRCODE = 'check_violation', CONSTRAINT = 'response_ceiling_is_kept',
                HINT = 'Renvoyez la liste et préparez un tour plus petit, ou faites décider une autre réponse, avec une autre composante.';
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
    IF EXISTS (SELECT FROM response_arm WHERE activation_id = NEW.id AND status IN ('planned', 'listed')) THEN
        RAISE EXCEPTION 'Des volets de la réponse ne sont ni inscrits ni finis : elle ne se clôt pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'activation_closed_with_its_arms';
    END IF;
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
