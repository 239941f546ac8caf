-- creates: who works for an agency and what the fences show them; the guards of replies, batches of results and tokens
CREATE FUNCTION payments_works_for(person bigint) RETURNS TABLE (agency_id bigint, component_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT agency.id, component.id
    FROM geography_staffposting AS posting
    JOIN foundation_user AS account ON account.id = posting.user_id AND account.is_active
    JOIN geography_roleright AS given ON given.role = posting.role AND given.right_code = 'payments.agency'
    JOIN programmes_agency AS agency ON agency.code = posting.organisation
    JOIN programmes_programme AS programme ON posting.programme_code IN ('', programme.code)
    JOIN programmes_component AS component ON component.programme_id = programme.id
    WHERE posting.user_id = person AND posting.starts_on <= current_date
        AND coalesce(posting.ends_on, 'infinity') >= current_date
$$;

-- An agency's people see the orders and the lines of returns of their agency, and of no other, whatever the place.
DO $$
DECLARE
    fenced record;
    whole text;
BEGIN
    FOR fenced IN
        SELECT * FROM (VALUES
            ('payments_instruction',
                '(agency_id, component_id) IN (SELECT * FROM payments_works_for(geography_person()))'),
            ('payments_returnline',
                'return_file_id IN (SELECT own.id FROM payments_returnfile AS own WHERE own.agency_id IN (
                    SELECT agency_id FROM payments_works_for(geography_person())))')
        ) AS said (name, condition)
    LOOP
        UPDATE foundation_fenced SET condition = foundation_fenced.condition || ' OR ' || fenced.condition
            WHERE foundation_fenced.name = fenced.name RETURNING foundation_fenced.condition INTO whole;
        EXECUTE format('ALTER POLICY seen ON %I USING (%s)', fenced.name, whole);
    END LOOP;
END $$;
-- Who pays sees what every agency answered; an agency's people, what theirs did.
SELECT foundation_fence('payments_agencyreply', '(SELECT coalesce(current_setting(''jigi.payments'', true), '''') <> '''')
    OR agency_id IN (SELECT agency_id FROM payments_works_for(geography_person()))');
SELECT foundation_fence('payments_resultbatch', 'agency_id IN (
    SELECT agency_id FROM payments_works_for(geography_person()))');
SELECT foundation_fence('payments_resultdraft', 'by_id = (SELECT geography_person())');
SELECT foundation_fence('payments_agencytoken', 'user_id = (SELECT geography_person())');

CREATE FUNCTION payments_guard_reply() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked payments_paymentround;
    orders bigint;
    total bigint;
    answered bigint;
BEGIN
    -- A reply and a dispatch of the same orders wait here for each other.
    SELECT * INTO asked FROM payments_paymentround WHERE id = NEW.payment_round_id FOR NO KEY UPDATE;
    IF asked.status <> 'released' OR EXISTS (SELECT FROM payments_dispatch
            WHERE payment_round_id = NEW.payment_round_id AND agency_id = NEW.agency_id AND withdrawn_by_id IS NULL) THEN
        RAISE EXCEPTION 'Une agence répond de ses ordres quand leur tour est libéré, et qu''ils ne partent pas par machine.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'agency_reply_in_its_time';
    END IF;
    IF NOT EXISTS (SELECT FROM payments_works_for(NEW.by_id) AS held
            WHERE held.agency_id = NEW.agency_id AND held.component_id = asked.component_id) THEN
        RAISE EXCEPTION 'Qui répond d''ordres travaille pour leur agence.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'agency_reply_by_its_own_hand';
    END IF;
    SELECT count(*), sum(amount_xof), count(*) FILTER (WHERE status <> 'open') INTO orders, total, answered
    FROM payments_instruction AS line
    WHERE round_id = NEW.payment_round_id AND agency_id = NEW.agency_id AND status <> 'held'
        -- What was given by machine leaves by no other way (order_lines.sql).
        AND NOT EXISTS (SELECT FROM payments_attempt AS sent
            WHERE sent.instruction_id = line.id AND sent.origin_round_id = line.origin_round_id
                AND sent.reason <> 'AILLEURS');
    IF orders = 0 OR orders <> NEW.lines OR total <> NEW.total_xof OR NEW.verdict = 'accepted' AND NOT EXISTS (
            SELECT FROM payments_orderfile AS file WHERE file.id = NEW.order_file_id
                AND file.payment_round_id = NEW.payment_round_id AND file.agency_id = NEW.agency_id
                AND file.file_hash = NEW.orders_hash AND file.lines = NEW.lines AND file.total_xof = NEW.total_xof) THEN
        RAISE EXCEPTION 'Une agence accepte les ordres que son fichier déclare, ni plus, ni moins.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'agency_reply_of_what_was_declared';
    END IF;
    IF NEW.verdict = 'refused' AND answered > 0 THEN
        RAISE EXCEPTION 'Des ordres déjà répondus ne se refusent plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'agency_reply_refused_before_results';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reply_says_what_was_declared BEFORE INSERT ON payments_agencyreply
    FOR EACH ROW EXECUTE FUNCTION payments_guard_reply();

CREATE FUNCTION payments_keep_reply() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.reopened_at IS NULL
            AND to_jsonb(NEW) - '{reopened_by_id,reopened_at,reopened_why}'::text[]
                = to_jsonb(OLD) - '{reopened_by_id,reopened_at,reopened_why}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'La réponse d''une agence reste écrite : un refus se rouvre, une fois.'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER reply_is_kept BEFORE UPDATE OR DELETE ON payments_agencyreply
    FOR EACH ROW EXECUTE FUNCTION payments_keep_reply();
CREATE TRIGGER reply_never_truncated BEFORE TRUNCATE ON payments_agencyreply
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_emptying();

CREATE FUNCTION payments_guard_dispatch_of_accepted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One that was withdrawn before the agency took its orders by hand stays so: it may not come back.
    IF TG_OP = 'UPDATE' AND NEW.withdrawn_by_id IS NOT NULL THEN
        RETURN NEW;
    END IF;
    PERFORM FROM payments_paymentround WHERE id = NEW.payment_round_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM payments_agencyreply WHERE payment_round_id = NEW.payment_round_id
            AND agency_id = NEW.agency_id AND verdict = 'accepted') THEN
        RAISE EXCEPTION 'L''agence a accepté ces ordres de sa main : envoyés aussi par machine, ils seraient payés deux fois.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'dispatch_of_orders_not_taken';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dispatch_of_orders_not_taken
    BEFORE INSERT OR UPDATE OF payment_round_id, agency_id, withdrawn_by_id ON payments_dispatch
    FOR EACH ROW EXECUTE FUNCTION payments_guard_dispatch_of_accepted();

CREATE FUNCTION payments_guard_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM payments_returnfile WHERE id = NEW.return_file_id AND agency_id = NEW.agency_id)
            OR NOT EXISTS (SELECT FROM payments_agencyreply WHERE payment_round_id = NEW.payment_round_id
                AND agency_id = NEW.agency_id AND verdict = 'accepted')
            OR NOT EXISTS (SELECT FROM payments_works_for(NEW.by_id) AS held
                JOIN payments_paymentround AS asked ON asked.component_id = held.component_id
                WHERE held.agency_id = NEW.agency_id AND asked.id = NEW.payment_round_id) THEN
        RAISE EXCEPTION 'Une agence donne les résultats des ordres qu''elle a acceptés, en son nom.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'result_batch_of_accepted_orders';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER batch_of_accepted_orders BEFORE INSERT ON payments_resultbatch
    FOR EACH ROW EXECUTE FUNCTION payments_guard_batch();
CREATE TRIGGER batch_never_changes BEFORE UPDATE OR DELETE ON payments_resultbatch
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER batch_never_truncated BEFORE TRUNCATE ON payments_resultbatch
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();

CREATE FUNCTION payments_guard_token() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (
            SELECT FROM payments_works_for(NEW.user_id) AS held WHERE held.agency_id = NEW.agency_id) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.revoked_at IS NULL
                OR NEW.revoked_at = OLD.revoked_at AND NEW.revoked_by_id = OLD.revoked_by_id)
            AND to_jsonb(NEW) - '{revoked_by_id,revoked_at,minute,calls}'::text[]
                = to_jsonb(OLD) - '{revoked_by_id,revoked_at,minute,calls}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Un jeton est celui d''une personne de l''agence ; il se retire une fois et ne change pas.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'agency_token_is_kept';
END $$;
CREATE TRIGGER token_is_kept BEFORE INSERT OR UPDATE OR DELETE ON payments_agencytoken
    FOR EACH ROW EXECUTE FUNCTION payments_guard_token();
CREATE TRIGGER token_never_truncated BEFORE TRUNCATE ON payments_agencytoken
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_emptying()
