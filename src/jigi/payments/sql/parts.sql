-- creates: what of a right was paid in part: the order keeps how much its agency gave, the right how much it has received
ALTER TABLE payments_entitlement ADD COLUMN paid_xof bigint NOT NULL DEFAULT 0;
ALTER TABLE payments_instruction ADD COLUMN paid_xof bigint NOT NULL DEFAULT 0;
ALTER TABLE payments_entitlement ADD CONSTRAINT entitlement_part_is_less
    CHECK (paid_xof >= 0 AND paid_xof < amount_xof);
ALTER TABLE payments_instruction ADD CONSTRAINT instruction_part_is_less
    CHECK (paid_xof >= 0 AND paid_xof < amount_xof AND (status = 'partial') = (paid_xof > 0));
ALTER TABLE payments_instruction ADD CONSTRAINT instruction_part_has_a_day
    CHECK (status <> 'partial' OR settled_on IS NOT NULL);
ALTER TABLE payments_instruction DROP CONSTRAINT instruction_status_known;
ALTER TABLE payments_instruction ADD CONSTRAINT instruction_status_known
    CHECK (status IN ('open', 'held', 'paid', 'partial', 'absent', 'refused', 'unanswered', 'reversed'));
DROP TRIGGER instruction_moves ON payments_instruction;
CREATE TRIGGER instruction_moves BEFORE UPDATE OF status ON payments_instruction
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NOT (
        OLD.status = 'open' AND NEW.status IN ('held', 'paid', 'partial', 'absent', 'refused', 'unanswered', 'reversed')
        OR OLD.status = 'paid' AND NEW.status = 'reversed'))
    EXECUTE FUNCTION payments_check_instruction_move();

CREATE FUNCTION payments_guard_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.paid_xof <> (SELECT coalesce(sum(paid_xof), 0) FROM payments_instruction
            WHERE origin_round_id = NEW.round_id AND entitlement_id = NEW.id) THEN
        RAISE EXCEPTION 'Le droit % n''a pas reçu ce que ses ordres disent.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER entitlement_part_is_that_of_its_orders AFTER UPDATE OF paid_xof ON payments_entitlement
    FOR EACH ROW WHEN (OLD.paid_xof <> NEW.paid_xof) EXECUTE FUNCTION payments_guard_part();
CREATE FUNCTION payments_guard_order_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Ce qu''une agence a payé de l''ordre % ne se réécrit pas.', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER instruction_part_is_kept BEFORE UPDATE OF paid_xof ON payments_instruction
    FOR EACH ROW WHEN (OLD.paid_xof <> NEW.paid_xof AND OLD.status <> 'open') EXECUTE FUNCTION payments_guard_order_part();

CREATE OR REPLACE FUNCTION payments_guard_second_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    right_of payments_entitlement;
BEGIN
    SELECT * INTO right_of FROM payments_entitlement
        WHERE id = NEW.entitlement_id AND round_id = NEW.origin_round_id FOR UPDATE;
    IF right_of.status <> 'owed' OR right_of.attempts <> NEW.attempt - 1
            OR right_of.amount_xof - right_of.paid_xof <> NEW.amount_xof OR right_of.household_id <> NEW.household_id
            OR EXISTS (SELECT FROM payments_instruction AS live
                WHERE live.origin_round_id = NEW.origin_round_id AND live.entitlement_id = NEW.entitlement_id
                    AND live.status IN ('open', 'paid')) THEN
        RAISE EXCEPTION 'Le droit % a déjà un ordre vivant, ou n''est plus dû.', NEW.entitlement_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
