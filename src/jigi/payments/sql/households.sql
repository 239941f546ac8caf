-- creates: the guard of what was decided of households since the list was prepared: it takes effect at the freeze
CREATE FUNCTION payments_stale(round bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH it AS (
        SELECT id, component_id, term, kind, prepared_at FROM payments_paymentround WHERE id = round
    ), listed AS (
        SELECT count(*) AS found
        FROM payments_instruction AS line
        JOIN payments_entitlement AS owed ON owed.id = line.entitlement_id AND owed.round_id = line.origin_round_id
        JOIN enrolment_enrolment AS e ON e.id = owed.enrolment_id
        WHERE line.round_id = round AND (e.status = 'suspended' OR line.kind = 'right' AND e.status <> 'active'
            OR e.recipient_id <> line.recipient_id OR e.agency_id <> line.agency_id
            OR e.account_index <> line.account_index OR e.pay_point <> line.pay_point
            OR line.kind = 'right' AND e.commune_id <> line.commune_id)
    ), missing AS (
        SELECT count(*) AS found
        FROM it JOIN enrolment_enrolment AS e ON e.component_id = it.component_id AND e.status = 'active'
            AND it.term BETWEEN e.first_term AND e.last_term
        JOIN payments_roundcommune AS rc ON rc.payment_round_id = it.id AND rc.commune_id = e.commune_id
        LEFT JOIN payments_entitlement AS own ON own.round_id = round AND own.household_id = e.household_id
        WHERE it.kind = 'term' AND own.id IS NULL AND (e.enrolled_at > it.prepared_at OR EXISTS (
            SELECT FROM foundation_auditevent AS done WHERE done.noun = 'enrolment' AND done.object_id = e.id::text
                AND done.verb IN ('resume', 'transfer', 'change_recipient') AND done.at > it.prepared_at))
    )
    SELECT listed.found + missing.found FROM listed, missing
$$;
CREATE FUNCTION payments_guard_stale() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stale bigint := payments_stale(NEW.id);
BEGIN
    IF stale > 0 THEN
        RAISE EXCEPTION 'Des inscriptions du tour % ont changé depuis la préparation : %.', NEW.id, stale
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'round_freezes_what_was_decided', DETAIL = stale::text;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER round_freezes_what_was_decided AFTER UPDATE OF status ON payments_paymentround
    FOR EACH ROW WHEN (OLD.status = 'prepared' AND NEW.status = 'frozen') EXECUTE FUNCTION payments_guard_stale()
