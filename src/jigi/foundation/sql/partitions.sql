-- creates: the functions by which an act makes, fills, attaches and drops a partition of a table that it does not own
CREATE TABLE foundation_partitioned (
    parent text PRIMARY KEY,
    made text NOT NULL,      -- statements for a new bare table, before it is filled
    filled text NOT NULL,    -- statements for the filled table, before it is attached
    dropped text NOT NULL    -- a query that refuses, by an error, the loss of a partition
);

CREATE FUNCTION foundation_partition_ddl(parent_name text, key bigint, moment text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    how foundation_partitioned;
    ddl text;
BEGIN
    SELECT * INTO how FROM foundation_partitioned WHERE parent = parent_name;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% n''est pas une table en partitions.', parent_name USING ERRCODE = 'restrict_violation';
    END IF;
    ddl := CASE moment WHEN 'made' THEN how.made WHEN 'filled' THEN how.filled ELSE how.dropped END;
    IF ddl <> '' THEN
        EXECUTE replace(replace(ddl, '{table}', quote_ident(format('%s_p%s', parent_name, key))), '{key}', key::text);
    END IF;
END $$;

CREATE FUNCTION foundation_new_partition(parent_name text, key bigint, room int) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text := format('%s_p%s', parent_name, key);
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (fillfactor = %s)',
        name, parent_name, room);
    PERFORM foundation_partition_ddl(parent_name, key, 'made');
    EXECUTE format('GRANT INSERT ON %I TO jigi_act', name);
    RETURN name;
END $$;

CREATE FUNCTION foundation_attach_partition(parent_name text, key bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text := format('%s_p%s', parent_name, key);
BEGIN
    PERFORM foundation_partition_ddl(parent_name, key, 'filled');
    EXECUTE format('REVOKE ALL ON %I FROM jigi_act', name);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%s)', parent_name, name, key);
    EXECUTE format('ANALYZE %I', name);
END $$;

CREATE FUNCTION foundation_drop_partition(parent_name text, key bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text := format('%s_p%s', parent_name, key);
BEGIN
    PERFORM foundation_partition_ddl(parent_name, key, 'dropped');
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent_name, name);
    EXECUTE format('DROP TABLE %I', name);
END $$;

-- Statistics of a table that the caller does not own: harmless, and joins need them.
CREATE FUNCTION foundation_analyse(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('ANALYZE %I', name);
END $$;

REVOKE ALL ON FUNCTION foundation_new_partition, foundation_attach_partition, foundation_drop_partition,
    foundation_analyse FROM PUBLIC;
GRANT EXECUTE ON FUNCTION foundation_new_partition, foundation_attach_partition, foundation_drop_partition,
    foundation_analyse TO jigi_act;
