-- creates: what the database refuses of dues: changed but for their cancelling, emptied
CREATE FUNCTION delivery_guard_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.component_id, NEW.household_id, NEW.enrolment_id, NEW.person_id, NEW.amount_xof, NEW.sort, NEW.cause,
            NEW.made_by_id, NEW.approved_by_id, NEW.earned_on) IS DISTINCT FROM (OLD.component_id, OLD.household_id,
            OLD.enrolment_id, OLD.person_id, OLD.amount_xof, OLD.sort, OLD.cause, OLD.made_by_id, OLD.approved_by_id,
            OLD.earned_on) OR OLD.cancelled_at IS NOT NULL THEN
        RAISE EXCEPTION 'Un droit acquis ne change pas : il s’annule, avec un motif.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'due_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER due_is_kept BEFORE UPDATE ON delivery_due FOR EACH ROW EXECUTE FUNCTION delivery_guard_due();
CREATE FUNCTION delivery_refuse_forgetting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Ces lignes ne s’effacent pas.' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'delivery_is_kept';
END $$;
CREATE TRIGGER due_is_not_forgotten BEFORE DELETE OR TRUNCATE ON delivery_due
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_refuse_forgetting();
CREATE FUNCTION delivery_guard_withholding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.component_id, NEW.household_id, NEW.enrolment_id, NEW.term, NEW.effect, NEW.percent, NEW.rule,
            NEW.made_by_id) IS DISTINCT FROM (OLD.component_id, OLD.household_id, OLD.enrolment_id, OLD.term, OLD.effect,
            OLD.percent, OLD.rule, OLD.made_by_id)
            OR OLD.decided_at IS NOT NULL AND (NEW.decided_at, NEW.decided_by_id)
                IS DISTINCT FROM (OLD.decided_at, OLD.decided_by_id)
            OR OLD.lifted_at IS NOT NULL AND (NEW.lifted_at, NEW.lifted_by_id)
                IS DISTINCT FROM (OLD.lifted_at, OLD.lifted_by_id) THEN
        RAISE EXCEPTION 'Une retenue ne change pas : elle se décide, puis se lève, une fois.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'withholding_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER withholding_is_kept BEFORE UPDATE ON delivery_withholding
    FOR EACH ROW EXECUTE FUNCTION delivery_guard_withholding();
CREATE TRIGGER withholding_is_not_forgotten BEFORE DELETE OR TRUNCATE ON delivery_withholding
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_refuse_forgetting();
SELECT foundation_fence('delivery_due', '(SELECT geography_everywhere(''payments'')) OR EXISTS (
    SELECT FROM enrolment_enrolment AS own WHERE own.id = enrolment_id)');
SELECT foundation_fence('delivery_withholding', '(SELECT geography_everywhere(''payments''))
    OR programmes_cell(component_id, commune_id) IN (SELECT programmes_cells())');
SELECT foundation_fence('delivery_reach', '(SELECT geography_everywhere(''delivery''))
    OR programmes_cell(component_id, commune_id) IN (SELECT delivery_cells())')
