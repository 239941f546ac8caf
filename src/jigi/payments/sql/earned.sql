-- creates: what the database refuses of dues and withholdings once a round has taken them; a freeze whose amounts are
-- not the term's, with what was earned, withheld and given back, or that misses a withholding decided since
CREATE FUNCTION payments_guard_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM payments_duetaken WHERE due_id = NEW.id) THEN
        RAISE EXCEPTION 'Un tour porte ce droit acquis : il ne s’annule plus.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'due_in_a_round_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER due_in_a_round_stays BEFORE UPDATE OF cancelled_at ON delivery_due
    FOR EACH ROW WHEN (NEW.cancelled_at IS NOT NULL) EXECUTE FUNCTION payments_guard_due();

CREATE FUNCTION payments_guard_taking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Neither taken from a round whose list is made, nor given to one.
    IF EXISTS (SELECT FROM payments_paymentround AS round WHERE round.status NOT IN ('draft', 'cancelled')
            AND (TG_OP <> 'INSERT' AND round.id = OLD.payment_round_id
                OR TG_OP <> 'DELETE' AND round.id = NEW.payment_round_id)) THEN
        RAISE EXCEPTION 'Ce qu’un tour préparé porte ne change plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'round_keeps_what_it_took';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE FUNCTION payments_guard_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM delivery_due WHERE id = NEW.due_id AND cancelled_at IS NOT NULL) THEN
        RAISE EXCEPTION 'Ce droit acquis est annulé.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'due_taken_is_live';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER due_taken_is_live BEFORE INSERT OR UPDATE ON payments_duetaken
    FOR EACH ROW EXECUTE FUNCTION payments_guard_taken();
CREATE TRIGGER round_keeps_what_it_took BEFORE INSERT OR UPDATE OR DELETE ON payments_duetaken
    FOR EACH ROW EXECUTE FUNCTION payments_guard_taking();
CREATE TRIGGER round_keeps_what_it_withheld BEFORE INSERT OR DELETE OR UPDATE OF payment_round_id, amount_xof
    ON payments_termwithheld FOR EACH ROW EXECUTE FUNCTION payments_guard_taking();
CREATE FUNCTION payments_guard_restoring() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM payments_paymentround WHERE id IN (OLD.restored_round_id, NEW.restored_round_id)
            AND status NOT IN ('draft', 'cancelled')) THEN
        RAISE EXCEPTION 'Ce qu’un tour préparé rend ne change plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'round_keeps_what_it_restores';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER round_keeps_what_it_restores BEFORE UPDATE OF restored_round_id ON payments_termwithheld
    FOR EACH ROW EXECUTE FUNCTION payments_guard_restoring();
CREATE FUNCTION payments_refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Ces lignes ne se vident pas.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'taken_is_not_emptied';
END $$;
CREATE TRIGGER taken_is_not_emptied BEFORE TRUNCATE ON payments_duetaken
    FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_emptying();
CREATE TRIGGER withheld_is_not_emptied BEFORE TRUNCATE ON payments_termwithheld
    FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_emptying();

CREATE FUNCTION payments_guard_amounts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    base bigint;
    wrong bigint;
    late bigint;
BEGIN
    SELECT CASE WHEN kind IN ('works', 'grants') OR NEW.kind <> 'term' THEN 0 ELSE amount_xof END INTO base
    FROM programmes_component WHERE id = NEW.component_id;
    SELECT count(*) INTO wrong
    FROM (SELECT enrolment_id, amount_xof FROM payments_entitlement WHERE round_id = NEW.id) AS owed
    FULL JOIN (
        SELECT enrolment_id, sum(amount_xof) AS amount_xof, bool_or(given) AS given
        FROM (
            SELECT due.enrolment_id, due.amount_xof, true AS given FROM payments_duetaken AS taken
            JOIN delivery_due AS due ON due.id = taken.due_id WHERE taken.payment_round_id = NEW.id
            UNION ALL
            SELECT held.enrolment_id, CASE WHEN applied.payment_round_id = NEW.id THEN -applied.amount_xof
                ELSE applied.amount_xof END, applied.restored_round_id = NEW.id
            FROM payments_termwithheld AS applied JOIN delivery_withholding AS held ON held.id = applied.withholding_id
            WHERE NEW.id IN (applied.payment_round_id, applied.restored_round_id)
        ) AS parts GROUP BY 1
    ) AS moved ON moved.enrolment_id = owed.enrolment_id
    -- Who has no right here may have a term withheld whole, never something earned or given back.
    WHERE CASE WHEN owed.enrolment_id IS NULL THEN moved.given
        ELSE owed.amount_xof <> base + coalesce(moved.amount_xof, 0) END;
    IF wrong > 0 THEN
        RAISE EXCEPTION 'Des montants du tour % ne sont pas ceux de l’échéance et de ce qui est acquis : %.', NEW.id, wrong
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'round_pays_what_is_due', DETAIL = wrong::text;
    END IF;
    -- A decision of after the preparation is as one about an enrolment: the list is made anew.
    SELECT count(*) INTO late FROM delivery_withholding AS held
    LEFT JOIN payments_termwithheld AS applied ON applied.withholding_id = held.id
    LEFT JOIN payments_entitlement AS owed ON owed.round_id = NEW.id AND owed.enrolment_id = held.enrolment_id
    WHERE held.component_id = NEW.component_id AND held.term = NEW.term
        AND (applied.id IS NULL AND owed.id IS NOT NULL AND held.decided_at > NEW.prepared_at AND held.lifted_at IS NULL
            OR applied.payment_round_id = NEW.id AND held.lifted_at IS NOT NULL);
    IF late > 0 THEN
        RAISE EXCEPTION 'Des retenues ont été décidées ou levées depuis la préparation du tour % : %.', NEW.id, late
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'round_freezes_what_was_decided', DETAIL = late::text;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER round_pays_what_is_due AFTER UPDATE OF status ON payments_paymentround
    FOR EACH ROW WHEN (OLD.status = 'prepared' AND NEW.status = 'frozen' AND NEW.kind <> 'reissue')
    EXECUTE FUNCTION payments_guard_amounts();

CREATE FUNCTION payments_guard_withholding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM payments_roundcommune AS place JOIN payments_paymentround AS round
            ON round.id = place.payment_round_id AND round.kind = 'term'
            WHERE place.live AND place.component_id = NEW.component_id AND place.term = NEW.term
                AND place.commune_id = NEW.commune_id AND round.status NOT IN ('draft', 'prepared', 'cancelled')) THEN
        RAISE EXCEPTION 'La liste de cette échéance est gelée : plus rien n’y est retenu.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'withholding_before_the_freeze';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER withholding_before_the_freeze BEFORE INSERT ON delivery_withholding
    FOR EACH ROW EXECUTE FUNCTION payments_guard_withholding();
CREATE FUNCTION payments_guard_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM programmes_component WHERE id = NEW.component_id AND kind IN ('sessions', 'nutrition')) THEN
        RAISE EXCEPTION 'Cette composante ne donne pas d’argent.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'round_of_a_component_that_pays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER round_of_a_component_that_pays BEFORE INSERT ON payments_paymentround
    FOR EACH ROW EXECUTE FUNCTION payments_guard_kind();
SELECT foundation_fence('payments_duetaken', '(SELECT geography_everywhere(''payments''))
    OR EXISTS (SELECT FROM delivery_due AS own WHERE own.id = due_id)');
SELECT foundation_fence('payments_termwithheld', '(SELECT geography_everywhere(''payments''))
    OR EXISTS (SELECT FROM delivery_withholding AS own WHERE own.id = withholding_id)')
