-- creates: the guard of what is lost: a right returns to its fund by a decision of two persons and its posting alone
CREATE FUNCTION payments_guard_loss() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ledger_posting AS posting
        JOIN payments_lossdecision AS decided ON decided.entry_id = posting.entry_id
            AND decided.component_id = NEW.component_id
        WHERE posting.book_id = 1 AND posting.kind = 'refund' AND posting.item = NEW.id
    ) THEN
        RAISE EXCEPTION 'Le droit % n''est perdu que par une décision de deux personnes.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER entitlement_is_lost_by_decision AFTER UPDATE OF status ON payments_entitlement
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NEW.status = 'returned') EXECUTE FUNCTION payments_guard_loss();
CREATE FUNCTION payments_guard_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une décision exécutée ne se réécrit pas (%).', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER loss_decision_is_kept BEFORE UPDATE OR DELETE ON payments_lossdecision
    FOR EACH ROW WHEN (OLD.entry_id IS NOT NULL) EXECUTE FUNCTION payments_guard_decision()
