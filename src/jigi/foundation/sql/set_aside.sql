-- reads: the catalogue of the tables named in jigi.first_load; drops: their secondary indexes and mutual foreign
-- keys, when they are all empty; creates: first_load_kept (what to make again)
DO $$
DECLARE
    loaded oid[] := (SELECT array_agg(name::regclass::oid)
        FROM unnest(string_to_array(current_setting('jigi.first_load'), ',')) AS name);
    name text;
    occupied boolean;
    kept record;
BEGIN
    CREATE TEMP TABLE IF NOT EXISTS first_load_kept (place int, made text, dropped text) ON COMMIT DROP;
    TRUNCATE first_load_kept;
    IF EXISTS (SELECT 1 FROM pg_class WHERE oid = ANY (loaded) AND NOT pg_has_role(relowner, 'USAGE')) THEN
        RETURN;
    END IF;
    FOREACH name IN ARRAY string_to_array(current_setting('jigi.first_load'), ',') LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO occupied;
        IF occupied THEN
            RETURN;
        END IF;
    END LOOP;
    INSERT INTO first_load_kept
    SELECT 1, pg_get_indexdef(i.indexrelid), format('DROP INDEX %s', i.indexrelid::regclass)
    FROM pg_index AS i
    WHERE i.indrelid = ANY (loaded)
        AND NOT EXISTS (SELECT 1 FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
    UNION ALL
    SELECT 2, format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname,
            pg_get_constraintdef(c.oid)),
        format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname)
    FROM pg_constraint AS c
    WHERE c.contype = 'f' AND c.conrelid = ANY (loaded) AND c.confrelid = ANY (loaded);
    FOR kept IN SELECT dropped FROM first_load_kept ORDER BY place DESC LOOP
        EXECUTE kept.dropped;
    END LOOP;
END $$
