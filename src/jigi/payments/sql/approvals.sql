-- creates: the guards of approvals: counts fixed at the freeze, each by another hand, all there before the round is approved;
-- rounds frozen before this had the one approval of the manual
INSERT INTO payments_approvalneed (payment_round_id, frozen_at, position, role)
SELECT id, frozen_at, 1, '' FROM payments_paymentround WHERE frozen_at IS NOT NULL AND status <> 'cancelled';
INSERT INTO payments_approval (need_id, payment_round_id, list_hash, by_id, at)
SELECT need.id, round.id, round.list_hash, round.approved_by_id, round.approved_at
FROM payments_paymentround AS round JOIN payments_approvalneed AS need ON need.payment_round_id = round.id
WHERE round.approved_by_id IS NOT NULL AND need.frozen_at = round.frozen_at;
SET CONSTRAINTS ALL IMMEDIATE;

CREATE FUNCTION payments_guard_approval_need() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM payments_paymentround WHERE id = NEW.payment_round_id AND status = 'prepared') THEN
        RAISE EXCEPTION 'Le nombre d''approbations se fixe au gel, puis ne change plus (tour %).', NEW.payment_round_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approval_need_is_fixed_at_freeze BEFORE INSERT ON payments_approvalneed
    FOR EACH ROW EXECUTE FUNCTION payments_guard_approval_need();
CREATE TRIGGER approval_need_never_changes BEFORE UPDATE OR DELETE ON payments_approvalneed
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER approval_need_never_truncated BEFORE TRUNCATE ON payments_approvalneed
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();

CREATE FUNCTION payments_guard_approval() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    approved payments_paymentround;
BEGIN
    SELECT * INTO approved FROM payments_paymentround WHERE id = NEW.payment_round_id FOR SHARE;
    IF approved.status <> 'frozen' OR approved.list_hash <> NEW.list_hash
            OR NEW.by_id IN (approved.made_by_id, approved.frozen_by_id)
            OR NOT EXISTS (SELECT FROM payments_approvalneed WHERE id = NEW.need_id
                AND payment_round_id = NEW.payment_round_id AND frozen_at = approved.frozen_at)
            OR EXISTS (SELECT FROM payments_approval AS other JOIN payments_approvalneed AS need ON need.id = other.need_id
                WHERE need.payment_round_id = NEW.payment_round_id AND need.frozen_at = approved.frozen_at
                    AND other.by_id = NEW.by_id) THEN
        RAISE EXCEPTION 'Une approbation est celle d''une autre main, pour la liste gelée (tour %).', NEW.payment_round_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approval_by_another_hand BEFORE INSERT ON payments_approval
    FOR EACH ROW EXECUTE FUNCTION payments_guard_approval();
CREATE TRIGGER approval_never_changes BEFORE UPDATE OR DELETE ON payments_approval
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER approval_never_truncated BEFORE TRUNCATE ON payments_approval
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();

CREATE FUNCTION payments_guard_hands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hands bigint[];
    missing bigint;
BEGIN
    SELECT array_agg(approval.by_id), count(*) - count(approval.id) INTO hands, missing
    FROM payments_approvalneed AS need LEFT JOIN payments_approval AS approval ON approval.need_id = need.id
    WHERE need.payment_round_id = NEW.id AND need.frozen_at = NEW.frozen_at;
    IF hands IS NULL OR missing > 0 OR NOT NEW.approved_by_id = ANY (hands) OR NEW.made_by_id = ANY (hands)
            OR NEW.frozen_by_id = ANY (hands) OR coalesce(NEW.released_by_id = ANY (hands), false) THEN
        RAISE EXCEPTION 'Il manque des approbations au tour %, ou une main y agit deux fois.', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
-- After the row: its own constraints speak first.
CREATE TRIGGER round_hands_are_distinct
    AFTER INSERT OR UPDATE OF status, frozen_at, made_by_id, frozen_by_id, approved_by_id, released_by_id
    ON payments_paymentround FOR EACH ROW WHEN (NEW.status IN ('approved', 'released', 'closed'))
    EXECUTE FUNCTION payments_guard_hands()
