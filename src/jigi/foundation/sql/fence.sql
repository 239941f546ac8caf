-- creates: the roles of row-level security and what the packages above use to fence their tables
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['jigi_web', 'jigi_worker', 'jigi_act'] LOOP
        BEGIN
            IF to_regrole(wanted) IS NULL THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', wanted);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- another database of the same server has just made it
        END;
        IF NOT pg_has_role(session_user, wanted, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO %I', wanted, session_user);
        END IF;
    END LOOP;
END $$;

-- An act sees every row that its checks must weigh; outside an act there is no such scope.
CREATE FUNCTION foundation_acting() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('jigi.act', true), '') <> ''
$$;

CREATE TABLE foundation_fenced (
    name text PRIMARY KEY,
    condition text NOT NULL
);

CREATE FUNCTION foundation_fence(fenced text, condition text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO foundation_fenced VALUES (fenced, condition);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
    EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO jigi_web, jigi_worker USING (%s)', fenced, condition);
    EXECUTE format('CREATE POLICY acted ON %I TO jigi_act USING ((SELECT foundation_acting()))', fenced);
END $$;

-- What the roles may do: read and write, but read only what is fenced (acts write it), only add to what never changes,
-- and touch neither a partition by its own name, which its parent's policies would not guard, nor these tables.
CREATE FUNCTION foundation_grant() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found record;
    everyone constant text := 'jigi_web, jigi_worker, jigi_act';
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %s', everyone);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %s', everyone);
    FOR found IN
        SELECT c.relname AS name, c.relispartition AS is_partition,
            EXISTS (SELECT FROM foundation_fenced AS f WHERE f.name = c.relname) AS is_fenced,
            EXISTS (SELECT FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid
                WHERE t.tgrelid = c.oid AND p.proname = 'jigi_refuse_change') AS only_grows,
            EXISTS (SELECT FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid
                WHERE t.tgrelid = c.oid AND p.proname = 'foundation_guard_past') AS is_past,
            c.relname IN ('foundation_fenced', 'foundation_partitioned', 'geography_roleright',
                'geography_incompatible', 'django_migrations') AS is_fixed
        FROM pg_class AS c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    LOOP
        EXECUTE format('REVOKE ALL ON %I FROM %s', found.name, everyone);
        CONTINUE WHEN found.is_partition OR found.name = 'registry_numbering';  -- its secret draws the RSU numbers
        EXECUTE format('GRANT SELECT ON %I TO %s', found.name, everyone);
        CONTINUE WHEN found.is_fixed;
        IF found.is_past THEN  -- written by the database alone; turned with the keys, taken away by an erasure
            EXECUTE format('GRANT UPDATE, DELETE ON %I TO jigi_act', found.name);
            CONTINUE;
        END IF;
        EXECUTE format('GRANT INSERT%s ON %I TO jigi_act',
            CASE WHEN found.only_grows THEN '' ELSE ', UPDATE, DELETE' END, found.name);
        CONTINUE WHEN found.is_fenced;
        EXECUTE format('GRANT INSERT%s ON %I TO jigi_web, jigi_worker',
            CASE WHEN found.only_grows THEN '' ELSE ', UPDATE, DELETE' END, found.name);
    END LOOP;
END $$;
