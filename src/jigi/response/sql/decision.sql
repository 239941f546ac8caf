-- creates: what the database refuses of a response: one born decided, or decided by who had a hand in it, decided facts that move, areas chosen after the request, a sunset without a confirmed renewal, lessons rewritten, a component in two responses
CREATE FUNCTION response_guard_birth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER activation_begins_in_preparation BEFORE INSERT ON response_activation FOR EACH ROW
    WHEN (NEW.status <> 'draft') EXECUTE FUNCTION response_guard_birth('Une réponse commence en préparation.');
CREATE TRIGGER renewal_begins_undecided BEFORE INSERT ON response_renewal FOR EACH ROW
    WHEN (NEW.confirmed IS NOT NULL) EXECUTE FUNCTION response_guard_birth('Une prolongation se demande, puis se décide.');
CREATE TRIGGER arm_begins_planned BEFORE INSERT ON response_arm FOR EACH ROW
    WHEN (NEW.status <> 'planned') EXECUTE FUNCTION response_guard_birth('Un volet commence prévu.');

CREATE FUNCTION response_guard_activation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' AND NEW.status IN ('draft', 'asked', 'cancelled') THEN
        RETURN NEW;
    END IF;
    IF (OLD.status, NEW.status) NOT IN (('asked', 'asked'), ('asked', 'draft'), ('asked', 'active'), ('asked', 'refused'),
            ('asked', 'cancelled'), ('active', 'active'), ('active', 'closed'), ('refused', 'refused'),
            ('cancelled', 'cancelled'), ('closed', 'closed')) THEN
        RAISE EXCEPTION 'Une réponse « % » ne devient pas « % ».', OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'activation_moves_by_its_table';
    END IF;
    IF (NEW.number, NEW.title, NEW.hazard, NEW.signalled_on, NEW.trigger_id, NEW.alert_id, NEW.request_reference,
            NEW.plan_reference, NEW.agreement_id, NEW.ceiling_xof, NEW.starts_on, NEW.reasons, NEW.made_by_id,
            NEW.made_at)
        IS DISTINCT FROM (OLD.number, OLD.title, OLD.hazard, OLD.signalled_on, OLD.trigger_id, OLD.alert_id,
            OLD.request_reference, OLD.plan_reference, OLD.agreement_id, OLD.ceiling_xof, OLD.starts_on, OLD.reasons,
            OLD.made_by_id, OLD.made_at)
        OR OLD.decided_at IS NOT NULL AND (NEW.asked_at, NEW.decided_by_id, NEW.decided_at, NEW.decision)
            IS DISTINCT FROM (OLD.asked_at, OLD.decided_by_id, OLD.decided_at, OLD.decision)
        OR OLD.closed_at IS NOT NULL AND (NEW.closed_by_id, NEW.closed_at)
            IS DISTINCT FROM (OLD.closed_by_id, OLD.closed_at) THEN
        RAISE EXCEPTION 'Une réponse demandée ou décidée ne change plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'activation_decided_is_kept';
    END IF;
    IF OLD.status = 'asked' AND NEW.status IN ('active', 'refused') AND EXISTS (
        SELECT FROM response_hand WHERE activation_id = OLD.id AND user_id = NEW.decided_by_id
    ) THEN
        RAISE EXCEPTION 'Qui a eu part à une demande ne la décide pas.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'activation_decided_by_another';
    END IF;
    IF OLD.status <> 'closed' AND NEW.status = 'closed' AND (NEW.closed_by_id = NEW.made_by_id OR EXISTS (
        SELECT FROM response_hand WHERE activation_id = OLD.id AND user_id = NEW.closed_by_id
    )) THEN
        RAISE EXCEPTION 'Qui a eu part à une demande ne clôt pas la réponse.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'activation_closed_by_another';
    END IF;
    IF NEW.sunset_on <> OLD.sunset_on AND NOT (OLD.status = 'active' AND EXISTS (
        SELECT FROM response_renewal
        WHERE activation_id = OLD.id AND confirmed AND was = OLD.sunset_on AND becomes = NEW.sunset_on
    )) THEN
        RAISE EXCEPTION 'La fin d’une réponse ne recule que par une prolongation confirmée.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'activation_sunset_by_renewal';
    END IF;
    IF OLD.status = 'asked' AND NEW.status = 'active' AND NOT EXISTS (
        SELECT FROM response_activationarea WHERE activation_id = OLD.id AND kept
    ) THEN
        RAISE EXCEPTION 'Une réponse sans lieu retenu n’aide personne.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'activation_keeps_an_area';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER activation_decided_is_kept BEFORE UPDATE ON response_activation
    FOR EACH ROW EXECUTE FUNCTION response_guard_activation();

CREATE FUNCTION response_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER activation_is_not_deleted BEFORE DELETE ON response_activation FOR EACH ROW
    WHEN (OLD.status <> 'draft') EXECUTE FUNCTION response_refuse_delete('Une réponse demandée ne s’efface pas.');
CREATE TRIGGER renewal_is_not_deleted BEFORE DELETE ON response_renewal FOR EACH ROW
    EXECUTE FUNCTION response_refuse_delete('Une prolongation ne s’efface pas.');
CREATE TRIGGER lesson_is_not_deleted BEFORE DELETE ON response_lesson FOR EACH ROW
    EXECUTE FUNCTION response_refuse_delete('Une leçon se retire, elle ne s’efface pas.');

CREATE FUNCTION response_guard_area() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.activation_id ELSE NEW.activation_id END;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.activation_id <> OLD.activation_id OR EXISTS (
        SELECT FROM response_activation WHERE id = owner AND status <> 'draft' FOR KEY SHARE
    ) THEN
        RAISE EXCEPTION 'Les lieux d’une réponse demandée ne changent plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'activation_areas_while_draft';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER activation_areas_while_draft BEFORE INSERT OR UPDATE OR DELETE ON response_activationarea
    FOR EACH ROW EXECUTE FUNCTION response_guard_area();

CREATE FUNCTION response_guard_renewal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.confirmed IS NOT NULL OR (NEW.activation_id, NEW.was, NEW.becomes, NEW.reason, NEW.asked_by_id, NEW.asked_at)
        IS DISTINCT FROM (OLD.activation_id, OLD.was, OLD.becomes, OLD.reason, OLD.asked_by_id, OLD.asked_at) THEN
        RAISE EXCEPTION 'Une prolongation se décide une fois, telle qu’elle a été demandée.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'renewal_is_kept';
    END IF;
    IF EXISTS (SELECT FROM response_activation WHERE id = OLD.activation_id AND made_by_id = NEW.decided_by_id)
        OR EXISTS (SELECT FROM response_hand WHERE activation_id = OLD.activation_id AND user_id = NEW.decided_by_id) THEN
        RAISE EXCEPTION 'Qui a eu part à une réponse ne décide pas de la prolonger.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'renewal_decided_by_another';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER renewal_is_kept BEFORE UPDATE ON response_renewal
    FOR EACH ROW EXECUTE FUNCTION response_guard_renewal();

CREATE FUNCTION response_guard_lesson() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL OR (NEW.activation_id, NEW.text, NEW.action, NEW.made_by_id, NEW.made_at)
        IS DISTINCT FROM (OLD.activation_id, OLD.text, OLD.action, OLD.made_by_id, OLD.made_at) THEN
        RAISE EXCEPTION 'Une leçon ne se réécrit pas : retirez-la et écrivez-en une autre.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'lesson_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER lesson_is_kept BEFORE UPDATE ON response_lesson
    FOR EACH ROW EXECUTE FUNCTION response_guard_lesson();

-- What a component pays counts against one ceiling, on one agreement: it serves one living response at a time, only
-- components of emergency transfers do, and the agreement of the decision alone finances it. Two arms added at once wait
-- for each other on the component.
CREATE FUNCTION response_guard_component() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paying text;
    answer record;
BEGIN
    SELECT kind INTO paying FROM programmes_component WHERE id = NEW.component_id FOR NO KEY UPDATE;
    IF paying <> 'emergency' THEN
        RAISE EXCEPTION 'Un volet paie par une composante d’urgence.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'arm_pays_emergency',
            HINT = 'Choisissez une composante de transfert d’urgence.';
    END IF;
    SELECT other_answer.number INTO answer
    FROM response_arm AS other
    JOIN response_activation AS other_answer ON other_answer.id = other.activation_id
    WHERE other.component_id = NEW.component_id AND other.activation_id <> NEW.activation_id
        AND other.status <> 'cancelled' AND other_answer.status IN ('draft', 'asked', 'active') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Cette composante sert déjà la réponse %.', answer.number
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'arm_component_in_one_response',
            HINT = 'Choisissez une autre composante d’urgence, ou attendez que cette réponse soit close.';
    END IF;
    SELECT id, ceiling_xof, agreement_id INTO answer FROM response_activation WHERE id = NEW.activation_id;
    IF EXISTS (
        SELECT FROM programmes_fundingline
        WHERE component_id = NEW.component_id AND agreement_id <> answer.agreement_id
    ) OR NOT EXISTS (SELECT FROM programmes_fundingline WHERE component_id = NEW.component_id) THEN
        RAISE EXCEPTION 'Cette composante n’est pas payée par la seule convention de la décision.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'arm_pays_by_its_agreement',
            HINT = 'Choisissez une composante que cette convention finance seule, ou faites décider une autre réponse.';
    END IF;
    IF response_held_xof(answer.id, NULL, NEW.component_id) > answer.ceiling_xof THEN
        RAISE EXCEPTION 'Les tours approuvés de cette composante dépassent déjà le plafond de la réponse.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'arm_within_the_ceiling',
            HINT = 'Libérez et clôturez d’abord ces tours, ou choisissez une autre composante.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER arm_component_in_one_response BEFORE INSERT OR UPDATE OF component_id, activation_id, status
    ON response_arm FOR EACH ROW WHEN (NEW.status NOT IN ('cancelled', 'ended'))
    EXECUTE FUNCTION response_guard_component()
