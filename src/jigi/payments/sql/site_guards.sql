-- creates: the fence of who is expected at pay points, and the triggers that keep records and settlements honest
SELECT foundation_fence('payments_siteline', '(SELECT geography_everywhere(''payments''))
    OR programmes_cell(component_id, commune_id) IN (SELECT programmes_cells())');
SELECT foundation_fence('payments_siterecord', 'line_id IN (SELECT id FROM payments_siteline)');

-- A plan is of a released round, and of the list that was frozen.
CREATE FUNCTION payments_guard_site_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM payments_paymentround WHERE id = NEW.payment_round_id AND list_hash = NEW.list_hash
            AND status IN ('released', 'closed')) THEN
        RAISE EXCEPTION 'Un plan de sites est celui d''un tour libéré et de sa liste gelée (tour %).',
            NEW.payment_round_id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'site_plan_of_a_released_list';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plan_of_a_released_list
    BEFORE INSERT OR UPDATE OF payment_round_id, agency_id, list_hash ON payments_siteplan
    FOR EACH ROW EXECUTE FUNCTION payments_guard_site_plan();

-- What lines and records lean on stays: the round and the agency of a plan, a day that was made or loaded, the agency
-- of a device.
CREATE FUNCTION payments_refuse_site_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un plan de sites, une journée de site et un appareil restent ce qu''ils sont (%, %).',
        TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'site_row_stays';
END $$;
CREATE TRIGGER plan_stays BEFORE UPDATE ON payments_siteplan FOR EACH ROW
    WHEN ((OLD.payment_round_id, OLD.agency_id) IS DISTINCT FROM (NEW.payment_round_id, NEW.agency_id))
    EXECUTE FUNCTION payments_refuse_site_change();
CREATE TRIGGER day_stays BEFORE UPDATE ON payments_siteday FOR EACH ROW
    WHEN ((OLD.plan_id, OLD.commune_id, OLD.pay_point, OLD.day, coalesce(OLD.loaded_at, NEW.loaded_at))
        IS DISTINCT FROM (NEW.plan_id, NEW.commune_id, NEW.pay_point, NEW.day, NEW.loaded_at))
    EXECUTE FUNCTION payments_refuse_site_change();
CREATE TRIGGER device_stays BEFORE UPDATE ON payments_sitedevice FOR EACH ROW
    WHEN ((OLD.number, OLD.agency_id) IS DISTINCT FROM (NEW.number, NEW.agency_id))
    EXECUTE FUNCTION payments_refuse_site_change();

-- Who is expected has an order of that agency and round; their day is of the same plan.
CREATE FUNCTION payments_guard_site_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM lines AS line
        JOIN payments_siteplan AS plan ON plan.id = line.plan_id
        JOIN payments_siteday AS day ON day.id = line.day_id
        LEFT JOIN (
            SELECT DISTINCT o.round_id, o.agency_id, o.component_id, o.household_id, o.recipient_id
            FROM payments_instruction AS o
            WHERE o.round_id IN (
                SELECT p.payment_round_id FROM payments_siteplan AS p WHERE p.id IN (SELECT l.plan_id FROM lines AS l))
        ) AS asked ON asked.round_id = plan.payment_round_id AND asked.agency_id = plan.agency_id
            AND asked.component_id = line.component_id
            AND asked.household_id = line.household_id AND asked.recipient_id = line.recipient_id
        WHERE asked.household_id IS NULL OR day.plan_id <> line.plan_id OR day.commune_id <> line.commune_id
    ) THEN
        RAISE EXCEPTION 'Une ligne de site est celle d''un ordre de son tour et de son agence, un jour de son plan.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'site_line_of_its_orders';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER line_of_its_orders AFTER INSERT ON payments_siteline REFERENCING NEW TABLE AS lines
    FOR EACH STATEMENT EXECUTE FUNCTION payments_guard_site_lines();
CREATE TRIGGER line_keeps_its_orders AFTER UPDATE ON payments_siteline REFERENCING NEW TABLE AS lines
    FOR EACH STATEMENT EXECUTE FUNCTION payments_guard_site_lines();

-- A device pays for its agency, and for no other.
CREATE FUNCTION payments_guard_site_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM payments_siteline AS line
        JOIN payments_siteplan AS plan ON plan.id = line.plan_id
        JOIN payments_sitedevice AS device ON device.agency_id = plan.agency_id
        WHERE line.id = NEW.line_id AND device.id = NEW.device_id
    ) THEN
        RAISE EXCEPTION 'Un appareil ne note que les paiements de son agence (ligne %).', NEW.line_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'site_record_of_its_agency';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER record_of_its_agency BEFORE INSERT ON payments_siterecord
    FOR EACH ROW EXECUTE FUNCTION payments_guard_site_record();
CREATE TRIGGER record_never_changes BEFORE UPDATE OR DELETE ON payments_siterecord
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
-- What was recorded is never emptied. A bench empties the register, and with it these tables, where nothing was recorded.
CREATE FUNCTION payments_refuse_site_loss() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    holds boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', TG_TABLE_NAME) INTO holds;
    IF holds THEN
        RAISE EXCEPTION 'Les lignes de % ne s''effacent pas.', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'site_rows_are_kept';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER record_never_truncated BEFORE TRUNCATE ON payments_siterecord
    FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_site_loss();

-- What a record settled is an order of its line, of its agency, that the return line says paid.
CREATE FUNCTION payments_guard_site_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM payments_siterecord AS record
        JOIN payments_siteline AS line ON line.id = record.line_id
        JOIN payments_siteplan AS plan ON plan.id = line.plan_id
        JOIN payments_returnline AS answer ON answer.id = NEW.return_line_id
        JOIN payments_instruction AS o
            ON o.id = answer.instruction_id AND o.origin_round_id = answer.origin_round_id
        WHERE record.id = NEW.record_id AND record.said = 'paid' AND answer.outcome = 'paid'
            AND o.origin_round_id = NEW.origin_round_id AND o.entitlement_id = NEW.entitlement_id
            AND o.round_id = plan.payment_round_id AND o.agency_id = plan.agency_id
            AND o.household_id = line.household_id AND o.recipient_id = line.recipient_id
    ) THEN
        RAISE EXCEPTION 'Un paiement noté ne règle qu''un ordre de sa ligne et de son agence (droit %).',
            NEW.entitlement_id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'site_settlement_of_its_order';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settlement_of_its_order
    BEFORE INSERT ON payments_sitesettlement
    FOR EACH ROW EXECUTE FUNCTION payments_guard_site_settlement();

-- What is taken back, and what the agency reverses, frees the right for another record.
CREATE FUNCTION payments_free_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE payments_sitesettlement SET undone_at = now()
    WHERE undone_at IS NULL AND origin_round_id = NEW.origin_round_id AND entitlement_id = NEW.entitlement_id;
    RETURN NULL;
END $$;
-- Nothing else undoes a settlement, and none comes back.
CREATE FUNCTION payments_keep_site_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'Un règlement n''est défait que par ce que devient son ordre (%).', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'site_settlement_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settlement_is_kept BEFORE UPDATE OR DELETE ON payments_sitesettlement
    FOR EACH ROW EXECUTE FUNCTION payments_keep_site_settlement();
CREATE TRIGGER settlement_never_truncated BEFORE TRUNCATE ON payments_sitesettlement
    FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_site_loss();
CREATE TRIGGER instruction_frees_settled AFTER UPDATE OF status ON payments_instruction
    FOR EACH ROW WHEN (OLD.status = 'paid' AND NEW.status <> 'paid') EXECUTE FUNCTION payments_free_settled();

-- What a record is called in a return line (site_records.reference_of): no hyphen and no run of digits that could pass for
-- a telephone, which a return line masks.
CREATE FUNCTION payments_site_reference(number uuid) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT 'site' || replace(number::text, '-', '')
$$;
