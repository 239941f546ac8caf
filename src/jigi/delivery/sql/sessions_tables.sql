-- creates: what the database refuses of sessions and attendances, their fences, and the triggers that count who came
CREATE FUNCTION delivery_guard_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM delivery_contract WHERE id = NEW.contract_id AND sort = 'sessions'
            AND component_id = NEW.component_id)
        OR NOT EXISTS (SELECT FROM delivery_contractcommune WHERE contract_id = NEW.contract_id
            AND commune_id = NEW.commune_id)
        OR NOT EXISTS (SELECT FROM geography_area WHERE id = NEW.village_id AND parent_id = NEW.commune_id) THEN
        RAISE EXCEPTION 'Cette séance n’est pas d’un village et d’une commune de son contrat.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'session_is_of_its_contract';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER session_is_of_its_contract BEFORE INSERT OR UPDATE OF contract_id, component_id, commune_id, village_id
    ON delivery_session FOR EACH ROW EXECUTE FUNCTION delivery_guard_session();

-- Whoever wrote one of the names does not check the session.
CREATE FUNCTION delivery_guard_session_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM delivery_attendance WHERE session_id = NEW.id AND entered_by_id = NEW.checked_by_id) THEN
        RAISE EXCEPTION 'Qui a saisi des présences de cette séance ne la contrôle pas.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'session_checked_by_no_enterer';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER session_checked_by_no_enterer BEFORE UPDATE OF status ON delivery_session
    FOR EACH ROW WHEN (NEW.status = 'checked') EXECUTE FUNCTION delivery_guard_session_check();

ALTER TABLE delivery_session ADD CONSTRAINT session_facts UNIQUE (id, contract_id, component_id, commune_id, held_on);
ALTER TABLE delivery_attendance ADD CONSTRAINT attendance_is_of_its_session
    FOREIGN KEY (session_id, contract_id, component_id, commune_id, held_on)
    REFERENCES delivery_session (id, contract_id, component_id, commune_id, held_on) ON UPDATE CASCADE;

-- Names are written while a session is held and not checked; the session counts them. In the order of its sessions, two
-- statements wait for each other and never deadlock.
CREATE FUNCTION delivery_attendance_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH moved AS (
        SELECT session_id, count(*) AS households FROM new_rows GROUP BY 1
    ), held AS (
        SELECT session.id, moved.households FROM moved JOIN delivery_session AS session ON session.id = moved.session_id
        WHERE session.status = 'held' ORDER BY session.id FOR NO KEY UPDATE OF session
    )
    UPDATE delivery_session AS session SET households = session.households + held.households
    FROM held WHERE session.id = held.id;
    IF EXISTS (SELECT FROM new_rows JOIN delivery_session AS session ON session.id = new_rows.session_id
            WHERE session.status <> 'held') THEN
        RAISE EXCEPTION 'Les présences se notent sur une séance tenue et non contrôlée.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attendance_of_a_session_held';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER attendance_named AFTER INSERT ON delivery_attendance REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_attendance_named();

CREATE FUNCTION delivery_attendance_unnamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH moved AS (
        SELECT session_id, count(*) AS households FROM old_rows GROUP BY 1
    ), held AS (
        SELECT session.id, moved.households FROM moved JOIN delivery_session AS session ON session.id = moved.session_id
        WHERE session.status = 'held' ORDER BY session.id FOR NO KEY UPDATE OF session
    )
    UPDATE delivery_session AS session SET households = session.households - held.households
    FROM held WHERE session.id = held.id;
    IF EXISTS (SELECT FROM old_rows JOIN delivery_session AS session ON session.id = old_rows.session_id
            WHERE session.status <> 'held') THEN
        RAISE EXCEPTION 'Les présences d’une séance contrôlée ne se retirent pas.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attendance_of_a_session_held';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER attendance_unnamed AFTER DELETE ON delivery_attendance REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_attendance_unnamed();

CREATE FUNCTION delivery_guard_attendance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.session_id <> OLD.session_id OR (SELECT status FROM delivery_session WHERE id = NEW.session_id) <> 'held'
            AND NEW.held_on = OLD.held_on AND (NEW.person_id, NEW.came, NEW.sex, NEW.mother, NEW.recipient,
            NEW.consented) IS DISTINCT FROM (OLD.person_id, OLD.came, OLD.sex, OLD.mother, OLD.recipient,
            OLD.consented) THEN
        RAISE EXCEPTION 'Les présences d’une séance contrôlée ne changent pas : rouvrez-la d’abord.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attendance_of_a_session_held';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attendance_kept BEFORE UPDATE ON delivery_attendance
    FOR EACH ROW EXECUTE FUNCTION delivery_guard_attendance();

SELECT delivery_count_reach('delivery_attendance');
SELECT foundation_fence('delivery_attendance', '(SELECT geography_everywhere(''delivery''))
    OR contract_id IN (SELECT delivery_contracts())');
SELECT foundation_fence('delivery_conditionfinding', '(SELECT geography_everywhere(''delivery''))
    OR programmes_cell(component_id, commune_id) IN (SELECT delivery_cells())');
SELECT foundation_fence('delivery_conditionappeal', '(SELECT geography_everywhere(''delivery''))
    OR programmes_cell(component_id, commune_id) IN (SELECT delivery_cells())')
