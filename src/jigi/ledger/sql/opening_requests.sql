-- creates: what keeps a request of opening balances as it was asked, and its decision as it was taken
-- Not jigi_refuse_change: the fence takes the right to update from a table that bears it (foundation_grant).
CREATE FUNCTION ledger_refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Les lignes de % ne se vident pas.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION ledger_guard_opening_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.decided_at IS NOT NULL
            OR (OLD.file_name, OLD.file_hash, OLD.content, OLD.asked_by_id, OLD.asked_at)
                IS DISTINCT FROM (NEW.file_name, NEW.file_hash, NEW.content, NEW.asked_by_id, NEW.asked_at) THEN
        RAISE EXCEPTION 'Une demande de reprise ne se réécrit pas (demande %).', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'opening_request_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER opening_request_is_kept BEFORE UPDATE OR DELETE ON ledger_openingrequest
    FOR EACH ROW EXECUTE FUNCTION ledger_guard_opening_request();
CREATE TRIGGER opening_request_never_truncated BEFORE TRUNCATE ON ledger_openingrequest
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_emptying()
