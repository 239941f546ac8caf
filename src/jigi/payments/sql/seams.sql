-- creates: what is settled was released; a part that a person takes back, or that is told late; a decision of loss withdrawn
CREATE FUNCTION payments_guard_unreleased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM moved JOIN payments_paymentround AS round ON round.id = moved.round_id
            WHERE moved.status NOT IN ('open', 'held') AND round.status NOT IN ('released', 'closed')) THEN
        RAISE EXCEPTION 'Un ordre d''un tour qui n''est pas libéré n''est ni payé ni refusé.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER instruction_settled_was_released AFTER UPDATE ON payments_instruction
    REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION payments_guard_unreleased();

CREATE OR REPLACE FUNCTION payments_check_instruction_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Back to what it was: the line that settled it was taken back, by somebody, with a reason.
    IF (NEW.status IN ('open', 'unanswered') AND OLD.status IN ('paid', 'partial', 'absent', 'refused')
            OR NEW.status = 'paid' AND OLD.status = 'reversed')
        AND EXISTS (SELECT FROM payments_returnundoing AS undone
            WHERE undone.instruction_id = OLD.id AND undone.origin_round_id = OLD.origin_round_id
                AND undone.return_line_id = OLD.return_line_id
                AND undone.outcome = CASE OLD.status WHEN 'partial' THEN 'wrong_amount' ELSE OLD.status END)
    THEN
        RETURN NEW;
    END IF;
    -- Paid after all, whole or in part: a person has decided of the line that says so.
    IF NEW.status IN ('paid', 'partial') AND OLD.status IN ('unanswered', 'absent', 'refused')
        AND EXISTS (SELECT FROM payments_returnline AS line
            WHERE line.id = NEW.return_line_id AND line.resolved_by_id IS NOT NULL
                AND line.outcome = CASE NEW.status WHEN 'partial' THEN 'wrong_amount' ELSE 'paid' END
                AND line.instruction_id = OLD.id AND line.origin_round_id = OLD.origin_round_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'L''ordre % ne peut passer de « % » à « % ».', OLD.id, OLD.status, NEW.status
        USING ERRCODE = 'restrict_violation';
END $$;

DROP TRIGGER instruction_part_is_kept ON payments_instruction;
CREATE TRIGGER instruction_part_is_kept BEFORE UPDATE OF paid_xof ON payments_instruction
    FOR EACH ROW WHEN (OLD.paid_xof <> NEW.paid_xof AND NOT (
        OLD.status = 'open' OR NEW.status = 'partial' AND OLD.status IN ('unanswered', 'absent', 'refused')
        -- What is not partial any more is zero (instruction_part_is_less), and moved there by an undoing alone.
        OR OLD.status = 'partial' AND NEW.status IN ('open', 'unanswered')))
    EXECUTE FUNCTION payments_guard_order_part()
;

DROP TRIGGER loss_decision_is_kept ON payments_lossdecision;
CREATE TRIGGER loss_decision_is_kept BEFORE UPDATE OR DELETE ON payments_lossdecision
    FOR EACH ROW WHEN (OLD.entry_id IS NOT NULL OR OLD.withdrawn_at IS NOT NULL)
    EXECUTE FUNCTION payments_guard_decision()
