-- creates: the guard of alerts: a message is kept as it came; only what replaces it and its withdrawal are written on it
CREATE FUNCTION shocks_alert_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'shocks_alert'
        AND to_jsonb(OLD) - '{replaced_by_id,withdrawn_at,withdrawn_by_id}'::text[]
          = to_jsonb(NEW) - '{replaced_by_id,withdrawn_at,withdrawn_by_id}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a message is kept as it came' USING ERRCODE = 'check_violation', CONSTRAINT = 'alert_stays';
END $$;
CREATE TRIGGER alert_stays BEFORE UPDATE OR DELETE ON shocks_alert
    FOR EACH ROW EXECUTE FUNCTION shocks_alert_stays();
CREATE TRIGGER alert_stays BEFORE UPDATE OR DELETE ON shocks_alertarea
    FOR EACH ROW EXECUTE FUNCTION shocks_alert_stays();
CREATE FUNCTION shocks_alert_replaced_by_later() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.replaced_by_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM shocks_alert AS later WHERE later.id = NEW.replaced_by_id AND later.sent_at >= NEW.sent_at
            AND later.status = NEW.status AND later.message_type IN ('Update', 'Cancel')) THEN
        RAISE EXCEPTION 'an update or a cancel of the same nature, sent later, replaces' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'alert_replaced_by_later';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER alert_replaced_by_later AFTER INSERT OR UPDATE OF replaced_by_id ON shocks_alert
    FOR EACH ROW EXECUTE FUNCTION shocks_alert_replaced_by_later()
