-- creates: what the database does and refuses of complaints: deadlines that follow the state, a category that says
-- whether it is sensitive, orders that exist, a trail that is kept
ALTER TABLE grievances_case ADD CONSTRAINT grievance_sensitive_as_its_category
    FOREIGN KEY (category_id, sensitive) REFERENCES grievances_category (code, sensitive) ON UPDATE RESTRICT;
ALTER TABLE grievances_case ADD CONSTRAINT grievance_number_checks CHECK (number % 97 = 1);

CREATE FUNCTION grievances_follow_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR (NEW.status, NEW.level, NEW.category_id) IS DISTINCT FROM
            (OLD.status, OLD.level, OLD.category_id) THEN
        NEW.state_since := CASE WHEN TG_OP = 'INSERT' THEN NEW.received_on ELSE current_date END;
        NEW.due_on := (SELECT grievances_working_day(NEW.state_since, allowed.days) FROM grievances_deadline AS allowed
            WHERE allowed.category_id = NEW.category_id AND allowed.status = NEW.status AND allowed.level = NEW.level);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grievance_follows_its_state BEFORE INSERT OR UPDATE ON grievances_case
    FOR EACH ROW EXECUTE FUNCTION grievances_follow_state();

CREATE FUNCTION grievances_guard_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.number, NEW.origin, NEW.origin_key, NEW.received_on, NEW.received_by_id) IS DISTINCT FROM
            (OLD.number, OLD.origin, OLD.origin_key, OLD.received_on, OLD.received_by_id) THEN
        RAISE EXCEPTION 'Le numéro d''une plainte et ce qui l''a fait naître ne changent pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'grievance_birth_is_kept';
    END IF;
    IF OLD.sensitive AND NOT NEW.sensitive THEN
        RAISE EXCEPTION 'Une plainte sensible ne devient pas ordinaire.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'grievance_sensitive_stays_so';
    END IF;
    IF NEW.sensitive AND NOT OLD.sensitive AND EXISTS (SELECT FROM grievances_case WHERE same_as_id = NEW.id) THEN
        RAISE EXCEPTION 'Des plaintes ordinaires lui sont jointes.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'grievance_joined_to_a_lone_one';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grievance_birth_is_kept BEFORE UPDATE ON grievances_case
    FOR EACH ROW EXECUTE FUNCTION grievances_guard_case();

-- Who examined or decided, then or before an appeal, does not decide; nor examine the appeal.
CREATE FUNCTION grievances_guard_hands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id AND EXISTS (SELECT FROM grievances_event AS past
            WHERE past.case_id = NEW.id AND past.by_id = NEW.decided_by_id
                AND past.verb IN ('examine', 'hear', 'propose', 'decide')) THEN
        RAISE EXCEPTION 'Qui a examiné ou décidé une plainte ne la décide pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'grievance_decided_by_a_third';
    END IF;
    IF NEW.proposed_by_id IS DISTINCT FROM OLD.proposed_by_id AND EXISTS (SELECT FROM grievances_event AS past
            WHERE past.case_id = NEW.id AND past.by_id = NEW.proposed_by_id
                AND past.verb IN ('examine', 'hear', 'propose', 'decide')
                AND past.id < (SELECT max(id) FROM grievances_event WHERE case_id = NEW.id AND verb = 'appeal')) THEN
        RAISE EXCEPTION 'Qui a examiné ou décidé une plainte n''examine pas son recours.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'grievance_appeal_by_a_third';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grievance_hands_differ BEFORE UPDATE OF decided_by_id, proposed_by_id ON grievances_case
    FOR EACH ROW EXECUTE FUNCTION grievances_guard_hands();

CREATE FUNCTION grievances_refuse_forgetting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Les plaintes et leurs suites ne s''effacent pas.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'grievance_is_kept';
END $$;
CREATE TRIGGER grievance_is_not_forgotten BEFORE DELETE OR TRUNCATE ON grievances_case
    FOR EACH STATEMENT EXECUTE FUNCTION grievances_refuse_forgetting();
CREATE TRIGGER grievance_event_is_not_forgotten BEFORE DELETE OR TRUNCATE ON grievances_event
    FOR EACH STATEMENT EXECUTE FUNCTION grievances_refuse_forgetting();
-- Its note may be sealed anew, under another key.
CREATE TRIGGER grievance_event_is_kept BEFORE UPDATE OF case_id, verb, by_id, at, facts ON grievances_event
    FOR EACH STATEMENT EXECUTE FUNCTION grievances_refuse_forgetting();
CREATE TRIGGER grievance_reading_is_kept BEFORE UPDATE OR DELETE ON grievances_reading
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER grievance_reading_is_not_emptied BEFORE TRUNCATE ON grievances_reading
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();

CREATE FUNCTION grievances_guard_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM payments_instruction AS line WHERE line.id = NEW.instruction_id
            AND line.origin_round_id = NEW.origin_round_id AND line.household_id = NEW.household_id
            AND line.reference = NEW.reference) THEN
        RAISE EXCEPTION 'Cet ordre de paiement n''est pas d''un ménage de la plainte.'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'grievance_payment_exists';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grievance_payment_exists BEFORE INSERT OR UPDATE ON grievances_casepayment
    FOR EACH ROW EXECUTE FUNCTION grievances_guard_payment();

CREATE FUNCTION grievances_guard_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sensitive IS DISTINCT FROM (SELECT owner.sensitive FROM grievances_case AS owner WHERE owner.id = NEW.case_id) THEN
        RAISE EXCEPTION 'Un acte est sensible comme sa plainte.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grievance_act_as_its_case';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grievance_act_as_its_case BEFORE INSERT OR UPDATE OF sensitive, case_id ON grievances_act
    FOR EACH ROW EXECUTE FUNCTION grievances_guard_act();

-- A case is joined to one that goes on by itself, both ordinary: no chain, no circle.
CREATE FUNCTION grievances_guard_joining() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sensitive OR EXISTS (SELECT FROM grievances_case WHERE same_as_id = NEW.id)
            OR NOT EXISTS (SELECT FROM grievances_case AS kept WHERE kept.id = NEW.same_as_id AND NOT kept.sensitive
                AND kept.status NOT IN ('joined', 'cancelled')) THEN
        RAISE EXCEPTION 'Une plainte se joint à une plainte ordinaire, qui n''est jointe à aucune.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'grievance_joined_to_a_lone_one';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grievance_joined_to_a_lone_one BEFORE UPDATE OF same_as_id ON grievances_case
    FOR EACH ROW WHEN (NEW.same_as_id IS NOT NULL) EXECUTE FUNCTION grievances_guard_joining();

-- A case that turns sensitive takes with it what it asked: nobody else reads why.
CREATE FUNCTION grievances_acts_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE grievances_act SET sensitive = NEW.sensitive WHERE case_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER grievance_acts_follow AFTER UPDATE OF sensitive ON grievances_case
    FOR EACH ROW WHEN (NEW.sensitive IS DISTINCT FROM OLD.sensitive) EXECUTE FUNCTION grievances_acts_follow();

-- A block holds: an enrolment is resumed by lifting what blocks it, never beside. One of a case that turned sensitive
-- is told to nobody, and holds nothing.
CREATE FUNCTION grievances_guard_enrolment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM grievances_act AS held WHERE held.enrolment_id = NEW.id AND held.kind = 'block'
            AND held.status = 'done' AND held.lifted_at IS NULL AND NOT held.sensitive) THEN
        RAISE EXCEPTION 'Une plainte bloque cette inscription.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'enrolment_is_blocked';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER enrolment_is_blocked BEFORE UPDATE OF status ON enrolment_enrolment
    FOR EACH ROW WHEN (NEW.status = 'active' AND OLD.status <> 'active') EXECUTE FUNCTION grievances_guard_enrolment()
