-- creates: the guards of what a person decides of one right: its order issued again, or what is owed of it given up
CREATE FUNCTION payments_guard_reissue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The last order came back without payment, from an agency that said so: a silent one may still execute it.
    IF NOT EXISTS (
        SELECT FROM payments_entitlement AS owed
        JOIN payments_instruction AS last ON last.origin_round_id = owed.round_id AND last.entitlement_id = owed.id
            AND last.attempt = owed.attempts
        JOIN payments_paymentround AS asked ON asked.id = NEW.payment_round_id AND asked.kind = 'reissue'
            AND asked.component_id = owed.component_id AND asked.status = 'draft'
        WHERE owed.round_id = NEW.origin_round_id AND owed.id = NEW.entitlement_id AND owed.status = 'owed'
            AND last.status IN ('absent', 'refused', 'reversed', 'held', 'partial')
    ) THEN
        RAISE EXCEPTION 'L''ordre du droit % peut encore être exécuté, ou n''est plus dû : il ne se réémet pas.',
            NEW.entitlement_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reissue_of_what_is_not_executed BEFORE INSERT ON payments_reissue
    FOR EACH ROW EXECUTE FUNCTION payments_guard_reissue();
CREATE TRIGGER reissue_never_changes BEFORE UPDATE OR DELETE ON payments_reissue
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER reissue_never_truncated BEFORE TRUNCATE ON payments_reissue
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();

CREATE FUNCTION payments_guard_reissue_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM payments_instruction AS line WHERE line.round_id = NEW.id AND NOT EXISTS (
            SELECT FROM payments_reissue AS named WHERE named.payment_round_id = NEW.id
                AND named.origin_round_id = line.origin_round_id AND named.entitlement_id = line.entitlement_id)
    ) THEN
        RAISE EXCEPTION 'Une réémission ne paie que l''ordre qu''elle nomme (tour %).', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER reissue_pays_the_order_it_names AFTER UPDATE OF status ON payments_paymentround
    FOR EACH ROW WHEN (NEW.kind = 'reissue' AND OLD.status = 'prepared' AND NEW.status = 'frozen')
    EXECUTE FUNCTION payments_guard_reissue_round()
