-- creates: the guard of purposes: two programmes don't freeze a right of one household for one purpose over one period
CREATE FUNCTION payments_guard_purpose() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rivals bigint[];
BEGIN
    IF NEW.kind <> 'term' THEN
        RETURN NULL;
    END IF;
    -- Two rounds frozen at once wait for each other here as in the acts (pipeline.TURN).
    PERFORM pg_advisory_xact_lock(1785292649);
    SELECT array_agg(other.id) INTO rivals
    FROM payments_paymentround AS other
    JOIN programmes_component AS theirs ON theirs.id = other.component_id
    JOIN programmes_component AS mine ON mine.id = NEW.component_id AND mine.programme_id <> theirs.programme_id
    WHERE other.purpose = NEW.purpose AND other.kind = 'term' AND other.id <> NEW.id
        AND other.covers_from <= NEW.covers_until AND other.covers_until >= NEW.covers_from
        AND other.status IN ('frozen', 'approved', 'released', 'closed');
    IF rivals IS NOT NULL AND EXISTS (
        SELECT FROM payments_entitlement AS own
        JOIN payments_entitlement AS taken ON taken.household_id = own.household_id
        WHERE own.round_id = NEW.id AND taken.round_id = ANY (rivals)
            AND own.status NOT IN ('cancelled', 'returned') AND taken.status NOT IN ('cancelled', 'returned')
    ) THEN
        RAISE EXCEPTION 'Un ménage du tour % reçoit déjà d''un autre programme, pour le même objet et la même période.',
            NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER round_shares_no_purpose AFTER UPDATE OF status, purpose, covers_from, covers_until
    ON payments_paymentround FOR EACH ROW WHEN (NEW.status NOT IN ('draft', 'prepared', 'cancelled')
        AND (OLD.status = 'prepared' OR OLD.purpose <> NEW.purpose OR OLD.covers_from <> NEW.covers_from
            OR OLD.covers_until <> NEW.covers_until))
    EXECUTE FUNCTION payments_guard_purpose()
