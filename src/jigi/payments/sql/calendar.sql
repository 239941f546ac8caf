-- creates: the guards of the calendar: the terms of a commune are released and closed in their order; a commune that is
-- suspended is in no list that is frozen, and no order of it leaves
CREATE FUNCTION payments_guard_sequence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1785292649);
    IF EXISTS (
        SELECT FROM payments_roundcommune AS own
        JOIN payments_roundcommune AS earlier ON earlier.component_id = own.component_id
            AND earlier.commune_id = own.commune_id AND earlier.term < own.term AND earlier.sequence = 1
            AND earlier.live
        JOIN payments_paymentround AS other
            ON other.id = earlier.payment_round_id AND other.status NOT IN ('closed', 'cancelled')
        WHERE own.payment_round_id = NEW.id AND own.sequence = 1
    ) THEN
        RAISE EXCEPTION 'Une échéance antérieure d''une commune du tour % n''est pas close.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER round_follows_closed_terms AFTER UPDATE OF status ON payments_paymentround
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NEW.status IN ('released', 'closed'))
    EXECUTE FUNCTION payments_guard_sequence();

-- A commune of a live round, closed or not, is in the calendar: it leaves it with the round alone.
CREATE FUNCTION payments_guard_round_commune() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM payments_paymentround WHERE id = OLD.payment_round_id
            AND status NOT IN ('draft', 'prepared', 'cancelled')) THEN
        RAISE EXCEPTION 'Les communes d''un tour gelé ne changent plus (tour %).', OLD.payment_round_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER round_commune_is_frozen AFTER UPDATE OR DELETE ON payments_roundcommune
    FOR EACH ROW EXECUTE FUNCTION payments_guard_round_commune();

CREATE FUNCTION payments_suspended(component bigint, commune bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM payments_communesuspension AS said WHERE said.component_id = component
            AND said.commune_id = commune AND said.status = 'confirmed' AND said.starts_on <= current_date)
$$;
CREATE FUNCTION payments_guard_suspension() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept bigint[];
BEGIN
    SELECT array_agg(commune_id) INTO kept FROM payments_roundcommune
    WHERE payment_round_id = NEW.id AND payments_suspended(component_id, commune_id);
    IF kept IS NOT NULL AND (NEW.status = 'frozen' OR EXISTS (
            SELECT FROM payments_instruction WHERE round_id = NEW.id AND commune_id = ANY (kept) AND status = 'open')) THEN
        RAISE EXCEPTION 'Une commune du tour % est suspendue.', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER round_pays_no_suspended_commune AFTER UPDATE OF status ON payments_paymentround
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NEW.status IN ('frozen', 'released'))
    EXECUTE FUNCTION payments_guard_suspension();

-- What was decided is kept: only the status moves forward, with who signs it.
CREATE FUNCTION payments_guard_suspension_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.component_id, OLD.commune_id, OLD.starts_on, OLD.reason, OLD.asked_by_id)
            IS DISTINCT FROM (NEW.component_id, NEW.commune_id, NEW.starts_on, NEW.reason, NEW.asked_by_id)
            OR OLD.status IN ('lifted', 'withdrawn')
            OR OLD.status = 'confirmed' AND (NEW.status <> 'lifted' OR NEW.confirmed_by_id <> OLD.confirmed_by_id)
            OR OLD.status = 'asked' AND NEW.status = 'lifted' THEN
        RAISE EXCEPTION 'Une suspension décidée ne se réécrit pas (%).', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER suspension_is_kept AFTER UPDATE OR DELETE ON payments_communesuspension
    FOR EACH ROW EXECUTE FUNCTION payments_guard_suspension_life()
