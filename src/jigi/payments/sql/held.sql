-- writes: the constraint and the trigger of payments_instruction, which may be held: not handed over at the release, since who is paid died or left
ALTER TABLE payments_instruction DROP CONSTRAINT instruction_status_known;
ALTER TABLE payments_instruction ADD CONSTRAINT instruction_status_known
    CHECK (status IN ('open', 'held', 'paid', 'absent', 'refused', 'unanswered', 'reversed'));
DROP TRIGGER instruction_moves ON payments_instruction;
CREATE TRIGGER instruction_moves BEFORE UPDATE OF status ON payments_instruction
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NOT (
        OLD.status = 'open' AND NEW.status IN ('held', 'paid', 'absent', 'refused', 'unanswered', 'reversed')
        OR OLD.status = 'paid' AND NEW.status = 'reversed'))
    EXECUTE FUNCTION payments_refuse_move('L''ordre')
