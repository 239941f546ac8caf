-- creates: the guard of orders on their way again: what is taken for paid in part, or taken back, may be executed too; and
-- of who releases a dispatch, whom none of the hands of the round may be
DROP TRIGGER order_on_its_way_is_not_unpaid ON payments_instruction;
CREATE TRIGGER order_on_its_way_is_not_unpaid BEFORE UPDATE OF status ON payments_instruction
    FOR EACH ROW
    WHEN (OLD.status = 'open' AND NEW.status IN ('absent', 'refused', 'unanswered', 'partial', 'reversed'))
    EXECUTE FUNCTION payments_guard_on_its_way();

CREATE OR REPLACE FUNCTION payments_guard_release_of_dispatch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM payments_paymentround WHERE id = NEW.payment_round_id
            AND NEW.released_by_id IN (made_by_id, frozen_by_id, approved_by_id))
        OR EXISTS (SELECT FROM payments_approval
            WHERE payment_round_id = NEW.payment_round_id AND by_id = NEW.released_by_id)
        OR EXISTS (SELECT FROM payments_paymentround WHERE id = NEW.payment_round_id
            AND payments_enrolled_by(id, component_id, NEW.released_by_id))
    THEN
        RAISE EXCEPTION 'Qui a préparé ou approuvé un tour ne libère pas son envoi (tour %).', NEW.payment_round_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
