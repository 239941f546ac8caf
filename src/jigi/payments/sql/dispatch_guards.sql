-- creates: the triggers that keep a dispatch honest: proof is not taken back, and an order on its way is not unpaid
CREATE TRIGGER attempt_moves BEFORE UPDATE OF status ON payments_attempt
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NOT (
        OLD.status = 'live' OR OLD.status = 'to_verify' AND NEW.status IN ('live', 'executed', 'rejected')
        -- Said rejected, executed after all: known as such, and left to a person by the reconciliation.
        OR OLD.status = 'rejected' AND NEW.status = 'executed'))
    EXECUTE FUNCTION payments_refuse_move('L''envoi');

CREATE FUNCTION payments_guard_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (
            SELECT FROM payments_instruction AS line
            JOIN payments_group AS lot ON lot.id = NEW.group_id
            JOIN payments_dispatch AS dispatch ON dispatch.id = lot.dispatch_id
            WHERE line.id = NEW.instruction_id AND line.origin_round_id = NEW.origin_round_id
                AND line.round_id = dispatch.payment_round_id AND line.agency_id = dispatch.agency_id
                AND line.reference = NEW.tx_id AND line.amount_xof = NEW.amount_xof AND line.status = 'open'
        ) THEN
            RAISE EXCEPTION 'L''envoi % n''est pas celui d''un ordre en attente de son tour et de son agence.', NEW.tx_id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Un envoi garde son ordre, sa référence et son montant, et ne s''efface pas (%).', OLD.tx_id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER attempt_is_of_its_order
    BEFORE INSERT OR DELETE OR UPDATE OF group_id, instruction_id, origin_round_id, tx_id, amount_xof
    ON payments_attempt FOR EACH ROW EXECUTE FUNCTION payments_guard_attempt();

CREATE FUNCTION payments_guard_on_its_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM payments_attempt WHERE instruction_id = OLD.id AND origin_round_id = OLD.origin_round_id
            AND status IN ('live', 'executed', 'to_verify') AND returned_on IS NULL) THEN
        RAISE EXCEPTION 'L''ordre % est chez l''agence : rien ne prouve qu''il n''est pas payé.', OLD.reference
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'order_on_its_way_is_not_unpaid';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER order_on_its_way_is_not_unpaid BEFORE UPDATE OF status ON payments_instruction
    FOR EACH ROW WHEN (OLD.status = 'open' AND NEW.status IN ('absent', 'refused', 'unanswered'))
    EXECUTE FUNCTION payments_guard_on_its_way();

-- Who releases the payments at the agency neither made nor approved the round.
CREATE FUNCTION payments_guard_release_of_dispatch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM payments_paymentround WHERE id = NEW.payment_round_id
            AND NEW.released_by_id IN (made_by_id, frozen_by_id, approved_by_id)) THEN
        RAISE EXCEPTION 'Qui a préparé ou approuvé un tour ne libère pas son envoi (tour %).', NEW.payment_round_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dispatch_released_by_another_hand BEFORE INSERT OR UPDATE OF released_by_id ON payments_dispatch
    FOR EACH ROW WHEN (NEW.released_by_id IS NOT NULL) EXECUTE FUNCTION payments_guard_release_of_dispatch();
