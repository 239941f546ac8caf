-- creates: what the database refuses of timesheets: a sheet that moves, lines changed after the signature, presences that
-- their sheet does not say, above the cap; the counters of days; the fences
CREATE FUNCTION delivery_keep_timesheet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.worksite_id, NEW.crew_id, NEW.number, NEW.first_day, NEW.days, NEW.corrects_id)
            IS DISTINCT FROM (OLD.worksite_id, OLD.crew_id, OLD.number, OLD.first_day, OLD.days, OLD.corrects_id)
            OR OLD.status IN ('replaced', 'cancelled') OR OLD.status = 'approved' AND NEW.status <> 'replaced' THEN
        RAISE EXCEPTION 'Une feuille garde son équipe et ses jours ; approuvée, elle se corrige par une contre-feuille.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'timesheet_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timesheet_is_kept BEFORE UPDATE OR DELETE ON delivery_timesheet
    FOR EACH ROW EXECUTE FUNCTION delivery_keep_timesheet();

-- A counter-sheet is of the days of the one it corrects; that one is replaced by it and by nothing else.
CREATE FUNCTION delivery_guard_correction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.corrects_id IS NOT NULL AND NOT EXISTS (SELECT FROM delivery_timesheet AS corrected
            WHERE corrected.id = NEW.corrects_id AND corrected.first_day = NEW.first_day AND corrected.days = NEW.days
                AND corrected.status = CASE NEW.status WHEN 'approved' THEN 'replaced'
                    WHEN 'replaced' THEN 'replaced' ELSE 'approved' END)
            AND NEW.status <> 'cancelled' THEN
        RAISE EXCEPTION 'Une contre-feuille corrige une feuille approuvée, pour les mêmes jours.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'timesheet_corrects_the_same_days';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timesheet_corrects BEFORE INSERT OR UPDATE OF status, corrects_id ON delivery_timesheet
    FOR EACH ROW EXECUTE FUNCTION delivery_guard_correction();

-- A sheet is signed once two people entered the same (where the worksite asks so), approved by none of who entered it.
CREATE FUNCTION delivery_guard_hands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'signed' AND (
        NOT EXISTS (SELECT FROM delivery_sheetentry WHERE timesheet_id = NEW.id AND hand = 1)
        OR (SELECT double_entry FROM delivery_worksite WHERE id = NEW.worksite_id)
            AND NOT EXISTS (SELECT FROM delivery_sheetentry WHERE timesheet_id = NEW.id AND hand = 2)
        OR EXISTS (SELECT FROM delivery_sheetentry WHERE timesheet_id = NEW.id AND hand = 2) AND EXISTS (
            SELECT FROM (SELECT line.worker_id, line.marks FROM delivery_sheetline AS line
                JOIN delivery_sheetentry AS entry ON entry.id = line.entry_id AND entry.hand = 1
                WHERE entry.timesheet_id = NEW.id) AS first
            FULL JOIN (SELECT line.worker_id, line.marks FROM delivery_sheetline AS line
                JOIN delivery_sheetentry AS entry ON entry.id = line.entry_id AND entry.hand = 2
                WHERE entry.timesheet_id = NEW.id) AS second USING (worker_id)
            WHERE first.marks IS DISTINCT FROM second.marks)) THEN
        RAISE EXCEPTION 'Une feuille se signe quand deux personnes ont saisi la même chose.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'timesheet_entered_twice_alike';
    END IF;
    IF NEW.status = 'approved' AND EXISTS (
            SELECT FROM delivery_sheetentry WHERE timesheet_id = NEW.id AND by_id = NEW.approved_by_id) THEN
        RAISE EXCEPTION 'Qui a saisi une feuille ne l''approuve pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'timesheet_approved_by_no_enterer';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timesheet_hands BEFORE INSERT OR UPDATE OF status ON delivery_timesheet
    FOR EACH ROW EXECUTE FUNCTION delivery_guard_hands();

-- Lines move only while their sheet is being entered; each has a mark a day, of a worker of its crew.
CREATE FUNCTION delivery_guard_sheet_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM moved AS line
        JOIN delivery_sheetentry AS entry ON entry.id = line.entry_id
        JOIN delivery_timesheet AS sheet ON sheet.id = entry.timesheet_id
        LEFT JOIN delivery_worker AS worker ON worker.id = line.worker_id AND worker.crew_id = sheet.crew_id
            AND worker.contract_id = line.contract_id
        WHERE sheet.status <> 'open' OR worker.id IS NULL OR length(line.marks) <> sheet.days
    ) THEN
        RAISE EXCEPTION 'Une ligne est d''un travailleur de l''équipe, un signe par jour, tant que la feuille est en saisie.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'sheet_line_of_an_open_sheet';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER lines_added AFTER INSERT ON delivery_sheetline REFERENCING NEW TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_guard_sheet_lines();
CREATE TRIGGER lines_changed AFTER UPDATE ON delivery_sheetline REFERENCING NEW TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_guard_sheet_lines();
CREATE TRIGGER lines_taken AFTER DELETE ON delivery_sheetline REFERENCING OLD TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_guard_sheet_lines();

-- A presence is what the first entry of an approved sheet says of that worker that day, while they were hired.
CREATE FUNCTION delivery_guard_presences() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    worn record;
BEGIN
    IF EXISTS (
        SELECT FROM added
        LEFT JOIN delivery_timesheet AS sheet ON sheet.id = added.timesheet_id AND sheet.status = 'approved'
            AND added.held_on >= sheet.first_day AND added.held_on < sheet.first_day + sheet.days
        LEFT JOIN delivery_sheetentry AS entry ON entry.timesheet_id = sheet.id AND entry.hand = 1
        LEFT JOIN delivery_sheetline AS line ON line.entry_id = entry.id AND line.worker_id = added.worker_id
        LEFT JOIN delivery_worker AS worker ON worker.id = added.worker_id AND added.held_on >= worker.starts_on
            AND added.held_on <= coalesce(worker.ends_on, 'infinity')
        WHERE added.undone_by_id IS NOT NULL OR worker.id IS NULL
            OR substr(line.marks, added.held_on - sheet.first_day + 1, 1) IS DISTINCT FROM
                CASE WHEN added.task THEN 'T' WHEN added.half_days = 2 THEN 'P' ELSE 'D' END
    ) THEN
        RAISE EXCEPTION 'Une présence est celle que dit la feuille approuvée, un jour où la personne est embauchée.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'presence_is_on_its_sheet';
    END IF;
    -- In one order, so that two hands wait and never deadlock.
    INSERT INTO delivery_workcount AS count (component_id, person_id, half_days)
    SELECT component_id, person_id, sum(half_days) FROM added GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (component_id, person_id) DO UPDATE SET half_days = count.half_days + excluded.half_days;
    SELECT count.person_id, count.half_days, site.cap_half_days INTO worn
    FROM (SELECT DISTINCT worker_id, component_id, person_id FROM added) AS told
    JOIN delivery_workcount AS count USING (component_id, person_id)
    JOIN delivery_worker AS worker ON worker.id = told.worker_id
    JOIN delivery_worksite AS site ON site.id = worker.worksite_id
    WHERE count.half_days > site.cap_half_days LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'La personne % aurait % demi-journées, plus que le plafond de %.', worn.person_id, worn.half_days,
            worn.cap_half_days USING ERRCODE = 'check_violation', CONSTRAINT = 'presence_within_the_cap';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER presence_is_on_its_sheet AFTER INSERT ON delivery_presence REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_guard_presences();

-- A presence is taken back once, by the counter-sheet of its sheet, and never otherwise changed.
CREATE FUNCTION delivery_guard_undone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM undone JOIN were USING (id)
        LEFT JOIN delivery_timesheet AS counter ON counter.id = undone.undone_by_id
            AND counter.corrects_id = undone.timesheet_id
        WHERE were.undone_by_id IS NOT NULL OR counter.id IS NULL
            OR (undone.timesheet_id, undone.worker_id, undone.person_id, undone.held_on, undone.half_days, undone.task)
            IS DISTINCT FROM (were.timesheet_id, were.worker_id, were.person_id, were.held_on, were.half_days, were.task)
    ) THEN
        RAISE EXCEPTION 'Une présence n''est reprise que par la contre-feuille de sa feuille.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'presence_is_kept';
    END IF;
    UPDATE delivery_workcount AS count SET half_days = count.half_days - taken.half_days
    FROM (SELECT c.id, sum(undone.half_days) AS half_days FROM undone
        JOIN delivery_workcount AS c USING (component_id, person_id) GROUP BY c.id) AS taken
    WHERE count.id = taken.id;
    RETURN NULL;
END $$;
CREATE TRIGGER presence_is_kept AFTER UPDATE ON delivery_presence
    REFERENCING NEW TABLE AS undone OLD TABLE AS were
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_guard_undone();
CREATE FUNCTION delivery_refuse_presence_loss() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une présence, un salaire, une feuille ne s''effacent pas.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'work_is_kept';
END $$;
CREATE TRIGGER presence_not_deleted BEFORE DELETE ON delivery_presence
    FOR EACH ROW EXECUTE FUNCTION delivery_refuse_presence_loss();
CREATE TRIGGER presence_not_emptied BEFORE TRUNCATE ON delivery_presence
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_refuse_presence_loss();
CREATE TRIGGER wage_is_kept BEFORE UPDATE OR DELETE ON delivery_wageline
    FOR EACH ROW EXECUTE FUNCTION delivery_refuse_presence_loss();
CREATE TRIGGER wage_not_emptied BEFORE TRUNCATE ON delivery_wageline
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_refuse_presence_loss();
CREATE TRIGGER timesheet_not_emptied BEFORE TRUNCATE ON delivery_timesheet
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_refuse_presence_loss();

-- The counters are the triggers' alone.
CREATE FUNCTION delivery_keep_work_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'Les journées d''une personne se comptent de ses présences.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'work_count_is_counted';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER work_count_is_counted BEFORE INSERT OR UPDATE OR DELETE ON delivery_workcount
    FOR EACH ROW EXECUTE FUNCTION delivery_keep_work_count();
CREATE TRIGGER work_count_not_emptied BEFORE TRUNCATE ON delivery_workcount
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_refuse_presence_loss();

-- Cancels, of some dues, those that no round has taken; returns their households. Whoever asks sends one statement.
CREATE FUNCTION delivery_cancel_dues(asked bigint[], hand bigint, why text) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE
    one record;
    refused text;
BEGIN
    FOR one IN SELECT id, household_id FROM delivery_due WHERE id = ANY (asked) AND cancelled_at IS NULL ORDER BY id LOOP
        BEGIN
            UPDATE delivery_due SET cancelled_by_id = hand, cancelled_at = now(), cancelled_why = why
            WHERE id = one.id AND cancelled_at IS NULL;
            IF FOUND THEN
                RETURN NEXT one.household_id;
            END IF;
        EXCEPTION WHEN integrity_constraint_violation THEN
            GET STACKED DIAGNOSTICS refused = CONSTRAINT_NAME;
            IF refused <> 'due_in_a_round_stays' THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END $$;

SELECT delivery_count_reach('delivery_presence', 'undone_by_id IS NULL');
SELECT foundation_fence('delivery_workapplication', '(SELECT geography_everywhere(''payments''))
    OR contract_id IN (SELECT delivery_contracts())');
SELECT foundation_fence('delivery_worker', '(SELECT geography_everywhere(''payments''))
    OR contract_id IN (SELECT delivery_contracts())');
SELECT foundation_fence('delivery_sheetline', '(SELECT geography_everywhere(''payments''))
    OR contract_id IN (SELECT delivery_contracts())');
SELECT foundation_fence('delivery_wageline', '(SELECT geography_everywhere(''payments''))
    OR contract_id IN (SELECT delivery_contracts())');
SELECT foundation_fence('delivery_presence', '(SELECT geography_everywhere(''payments''))
    OR contract_id IN (SELECT delivery_contracts())');
SELECT foundation_fence('delivery_workaccident', '(SELECT geography_everywhere(''payments''))
    OR contract_id IN (SELECT delivery_contracts())');
-- A count names a person: whoever sees one of their workers sees it.
SELECT foundation_fence('delivery_workcount', '(SELECT geography_everywhere(''payments''))
    OR (component_id, person_id) IN (SELECT component_id, person_id FROM delivery_worker)')
