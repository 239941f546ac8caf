-- creates: foundation_keep_past(), by which a table keeps every form its rows have had, and what its triggers do
-- A row is as it stands since the transaction began that wrote it. One that another transaction wrote since we began, and
-- ended before us, was so until now: its form would else end before it began, be lost, and be another's beside it. One
-- such instant serves the whole transaction (jigi.stamped), so that it leaves a row one form.
CREATE OR REPLACE FUNCTION foundation_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    later timestamptz;
BEGIN
    IF OLD.recorded_at <= now() THEN
        NEW.recorded_at := now();
        RETURN NEW;
    END IF;
    later := nullif(current_setting('jigi.stamped', true), '')::timestamptz;
    IF later IS NULL OR later < OLD.recorded_at THEN
        later := clock_timestamp();
        PERFORM set_config('jigi.stamped', later::text, true);
    END IF;
    NEW.recorded_at := later;
    RETURN NEW;
END $$;

-- Rows are inserted as the owner of the tables: no role may write a past that was not. A form that began in this very
-- transaction was never read by anybody else, and is not kept.
CREATE OR REPLACE FUNCTION foundation_keep() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kept text;
BEGIN
    SELECT string_agg(format('gone.%I', column_name), ', ' ORDER BY ordinal_position) INTO kept
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = TG_ARGV[0]
        AND column_name NOT IN ('past_id', 'recorded_to', 'act');
    EXECUTE format(
        'INSERT INTO %I (%s, recorded_to, act) SELECT %s, %s, left(coalesce(current_setting(''jigi.act'', true), ''''), 120)'
        ' FROM gone %s',
        TG_ARGV[0], replace(kept, 'gone.', ''), kept,
        CASE TG_OP WHEN 'DELETE' THEN 'CASE WHEN gone.recorded_at > now() THEN clock_timestamp() ELSE now() END'
            ELSE 'came.recorded_at' END,
        CASE TG_OP WHEN 'DELETE' THEN 'WHERE gone.recorded_at <> now() AND gone.recorded_at'
                ' IS DISTINCT FROM nullif(current_setting(''jigi.stamped'', true), '''')::timestamptz'
            ELSE 'JOIN came USING (id) WHERE gone.recorded_at < came.recorded_at' END);
    RETURN NULL;
END $$;

-- The past is neither added to by hand nor changed; its sealed columns turn with the keys of the vault, and an erasure
-- (jigi.erasing, set for its statements) takes whole rows and names away.
CREATE OR REPLACE FUNCTION foundation_guard_past() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('jigi.erasing', true), '') = 'on' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'sealed' = to_jsonb(OLD) - 'sealed' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Le passé de % ne se modifie pas.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- A sealed value has its index beside it: where nothing but the seal is new, the value is the same under another key of
-- the vault, which is no change of the row.
CREATE OR REPLACE FUNCTION foundation_keep_past(present text, past text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    facts text;
BEGIN
    SELECT string_agg(format('%1$s.%2$I', '%1$s', column_name), ', ') INTO facts
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = present AND column_name <> 'sealed'
    HAVING count(*) < (SELECT count(*) FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = present);
    EXECUTE format('CREATE TRIGGER stamped BEFORE UPDATE ON %I FOR EACH ROW %s EXECUTE FUNCTION foundation_stamp()', present,
        'WHEN ((' || format(facts, 'OLD') || ') IS DISTINCT FROM (' || format(facts, 'NEW') || '))');
    EXECUTE format('CREATE TRIGGER kept_on_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS gone NEW TABLE AS came'
        ' FOR EACH STATEMENT EXECUTE FUNCTION foundation_keep(%L)', present, past);
    EXECUTE format('CREATE TRIGGER kept_on_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS gone'
        ' FOR EACH STATEMENT EXECUTE FUNCTION foundation_keep(%L)', present, past);
    EXECUTE format('CREATE TRIGGER guarded BEFORE UPDATE OR DELETE ON %I FOR EACH ROW'
        ' EXECUTE FUNCTION foundation_guard_past()', past);
END $$;
