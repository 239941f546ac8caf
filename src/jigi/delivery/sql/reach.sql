-- creates: delivery_count_reach(table, counts), which gives an attendance table the triggers that keep delivery_reach.
-- The table has contract_id, commune_id, household_id, person_id (null: the household alone) and held_on; rows without
-- a household, and those for which `counts` (an expression on the columns of the row) is not true, are not counted.
CREATE FUNCTION delivery_count_reach(counted text, counts text DEFAULT 'true') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    -- The moves of every statement are summed a household, in one order: two hands wait, they never deadlock.
    body constant text := $body$
        CREATE FUNCTION %1$I() RETURNS trigger LANGUAGE plpgsql AS $f$
        BEGIN
            WITH moved AS (
                SELECT contract.component_id, contract.sort, told.commune_id, told.household_id, told.person_id,
                    extract(year FROM told.held_on)::smallint AS year, sum(told.moved)::bigint AS events
                FROM (%2$s) AS told
                JOIN delivery_contract AS contract ON contract.id = told.contract_id
                WHERE told.household_id IS NOT NULL
                GROUP BY 1, 2, 3, 4, 5, 6
                HAVING sum(told.moved) <> 0
            ), held AS (
                SELECT reach.id, moved.events, reach.events + moved.events AS left_events
                FROM moved JOIN delivery_reach AS reach ON reach.year = moved.year
                    AND reach.component_id = moved.component_id AND reach.commune_id = moved.commune_id
                    AND reach.household_id = moved.household_id
                    AND reach.person_id IS NOT DISTINCT FROM moved.person_id
                WHERE moved.events < 0
                ORDER BY reach.id FOR UPDATE OF reach
            ), emptied AS (
                DELETE FROM delivery_reach USING held WHERE delivery_reach.id = held.id AND held.left_events <= 0
            ), lowered AS (
                UPDATE delivery_reach SET events = delivery_reach.events + held.events
                FROM held WHERE delivery_reach.id = held.id AND held.left_events > 0
            )
            INSERT INTO delivery_reach (component_id, sort, commune_id, household_id, person_id, year, events)
            SELECT component_id, sort, commune_id, household_id, person_id, year, events FROM moved WHERE events > 0
            ORDER BY year, component_id, household_id, person_id, commune_id
            ON CONFLICT ON CONSTRAINT reach_once DO UPDATE SET events = delivery_reach.events + excluded.events;
            RETURN NULL;
        END $f$
    $body$;
    facts constant text := 'contract_id, commune_id, household_id, person_id, held_on';
    added text := format('SELECT %s, 1 AS moved FROM new_rows WHERE %s', facts, counts);
    taken text := format('SELECT %s, -1 AS moved FROM old_rows WHERE %s', facts, counts);
BEGIN
    EXECUTE format(body, counted || '_reach_added', added);
    EXECUTE format(body, counted || '_reach_taken', taken);
    EXECUTE format(body, counted || '_reach_moved', added || ' UNION ALL ' || taken);
    EXECUTE format('CREATE TRIGGER reach_added AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION %I()', counted, counted || '_reach_added');
    EXECUTE format('CREATE TRIGGER reach_taken AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION %I()', counted, counted || '_reach_taken');
    EXECUTE format('CREATE TRIGGER reach_moved AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION %I()', counted, counted || '_reach_moved');
END $$
