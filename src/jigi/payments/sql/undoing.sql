-- creates: the moves that an order and a right may make when a person takes back or decides what a return line did
CREATE FUNCTION payments_check_instruction_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Back to what it was: the line that settled it was taken back, by somebody, with a reason.
    IF (NEW.status IN ('open', 'unanswered') AND OLD.status IN ('paid', 'absent', 'refused')
            OR NEW.status = 'paid' AND OLD.status = 'reversed')
        AND EXISTS (SELECT FROM payments_returnundoing AS undone
            WHERE undone.instruction_id = OLD.id AND undone.origin_round_id = OLD.origin_round_id
                AND undone.return_line_id = OLD.return_line_id AND undone.outcome = OLD.status)
    THEN
        RETURN NEW;
    END IF;
    -- Paid after all: a person has decided of the line that says so.
    IF NEW.status = 'paid' AND OLD.status IN ('unanswered', 'absent', 'refused')
        AND EXISTS (SELECT FROM payments_returnline AS line
            WHERE line.id = NEW.return_line_id AND line.outcome = 'paid' AND line.resolved_by_id IS NOT NULL
                AND line.instruction_id = OLD.id AND line.origin_round_id = OLD.origin_round_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'L''ordre % ne peut passer de « % » à « % ».', OLD.id, OLD.status, NEW.status
        USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER instruction_moves ON payments_instruction;
CREATE TRIGGER instruction_moves BEFORE UPDATE OF status ON payments_instruction
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NOT (
        OLD.status = 'open' AND NEW.status IN ('held', 'paid', 'absent', 'refused', 'unanswered', 'reversed')
        OR OLD.status = 'paid' AND NEW.status = 'reversed'))
    EXECUTE FUNCTION payments_check_instruction_move();

CREATE FUNCTION payments_check_entitlement_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Due again: its one order is open again, which only an undoing lets happen.
    IF NEW.status = 'due' AND OLD.status IN ('paid', 'owed')
        AND EXISTS (SELECT FROM payments_instruction AS line
            WHERE line.origin_round_id = OLD.round_id AND line.entitlement_id = OLD.id AND line.status = 'open'
                AND line.attempt = 1)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Le droit % ne peut passer de « % » à « % ».', OLD.id, OLD.status, NEW.status
        USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER entitlement_moves ON payments_entitlement;
CREATE TRIGGER entitlement_moves BEFORE UPDATE OF status ON payments_entitlement
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NOT (
        OLD.status = 'due' AND NEW.status IN ('paid', 'owed', 'cancelled')
        OR OLD.status = 'owed' AND NEW.status IN ('paid', 'returned')
        OR OLD.status = 'paid' AND NEW.status = 'owed'))
    EXECUTE FUNCTION payments_check_entitlement_move();

CREATE TRIGGER returnundoing_never_changes BEFORE UPDATE OR DELETE ON payments_returnundoing
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER returnundoing_never_truncated BEFORE TRUNCATE ON payments_returnundoing
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();
SELECT foundation_fence('payments_returnundoing', '(SELECT geography_everywhere(''payments''))
    OR return_line_id IN (SELECT id FROM payments_returnline)')
