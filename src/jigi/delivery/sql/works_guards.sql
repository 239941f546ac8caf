-- creates: what the database refuses of worksites: a contract said wrong, a screening skipped, a household working twice,
-- sheets that overlap, a line changed after the signature, a presence off its sheet, above the cap; the fences
ALTER TABLE delivery_worksite ADD CONSTRAINT worksite_contract_held UNIQUE (id, contract_id);
ALTER TABLE delivery_crew ADD CONSTRAINT crew_worksite_held UNIQUE (id, worksite_id);
ALTER TABLE delivery_worker ADD CONSTRAINT worker_facts_held UNIQUE
    (id, contract_id, component_id, household_id, person_id);
ALTER TABLE delivery_worker ADD CONSTRAINT worker_crew_held UNIQUE (id, crew_id, contract_id);
ALTER TABLE delivery_worker ADD CONSTRAINT worker_enrolment_held UNIQUE (id, enrolment_id, household_id, contract_id);
ALTER TABLE delivery_timesheet ADD CONSTRAINT timesheet_facts_held UNIQUE (id, contract_id);
ALTER TABLE delivery_timesheet ADD CONSTRAINT timesheet_crew_held UNIQUE (id, crew_id);

ALTER TABLE delivery_workapplication ADD CONSTRAINT work_application_of_its_contract
    FOREIGN KEY (worksite_id, contract_id) REFERENCES delivery_worksite (id, contract_id);
ALTER TABLE delivery_worker ADD CONSTRAINT worker_of_its_contract
    FOREIGN KEY (worksite_id, contract_id) REFERENCES delivery_worksite (id, contract_id);
ALTER TABLE delivery_worker ADD CONSTRAINT worker_of_its_component
    FOREIGN KEY (contract_id, component_id) REFERENCES delivery_contract (id, component_id);
ALTER TABLE delivery_worker ADD CONSTRAINT worker_of_a_crew_of_the_worksite
    FOREIGN KEY (crew_id, worksite_id) REFERENCES delivery_crew (id, worksite_id);
ALTER TABLE delivery_timesheet ADD CONSTRAINT timesheet_of_its_contract
    FOREIGN KEY (worksite_id, contract_id) REFERENCES delivery_worksite (id, contract_id);
ALTER TABLE delivery_timesheet ADD CONSTRAINT timesheet_of_a_crew_of_the_worksite
    FOREIGN KEY (crew_id, worksite_id) REFERENCES delivery_crew (id, worksite_id);
ALTER TABLE delivery_timesheet ADD CONSTRAINT timesheet_corrects_its_crew
    FOREIGN KEY (corrects_id, crew_id) REFERENCES delivery_timesheet (id, crew_id);
ALTER TABLE delivery_wageline ADD CONSTRAINT wage_line_of_its_contract
    FOREIGN KEY (timesheet_id, contract_id) REFERENCES delivery_timesheet (id, contract_id);
ALTER TABLE delivery_wageline ADD CONSTRAINT wage_line_of_its_worker
    FOREIGN KEY (worker_id, enrolment_id, household_id, contract_id)
    REFERENCES delivery_worker (id, enrolment_id, household_id, contract_id);
ALTER TABLE delivery_presence ADD CONSTRAINT presence_of_its_contract
    FOREIGN KEY (timesheet_id, contract_id) REFERENCES delivery_timesheet (id, contract_id);
ALTER TABLE delivery_presence ADD CONSTRAINT presence_of_its_worker
    FOREIGN KEY (worker_id, contract_id, component_id, household_id, person_id)
    REFERENCES delivery_worker (id, contract_id, component_id, household_id, person_id);
ALTER TABLE delivery_workaccident ADD CONSTRAINT accident_of_its_contract
    FOREIGN KEY (worksite_id, contract_id) REFERENCES delivery_worksite (id, contract_id);
ALTER TABLE delivery_toolissue ADD CONSTRAINT tools_of_a_crew_of_the_worksite
    FOREIGN KEY (crew_id, worksite_id) REFERENCES delivery_crew (id, worksite_id);

-- One adult of a household works in a component at a time, whatever the worksite.
ALTER TABLE delivery_worker ADD CONSTRAINT worker_one_adult_per_household EXCLUDE USING gist (
    int8range(component_id, component_id, '[]') WITH &&, int8range(household_id, household_id, '[]') WITH &&,
    daterange(starts_on, ends_on, '[]') WITH &&);
-- No day of a crew is on two sheets; a counter-sheet takes the place of the one it corrects when it is approved.
ALTER TABLE delivery_timesheet ADD CONSTRAINT timesheet_days_once EXCLUDE USING gist (
    int8range(crew_id, crew_id, '[]') WITH &&, daterange(first_day, first_day + days) WITH &&)
    WHERE (status NOT IN ('cancelled', 'replaced') AND (corrects_id IS NULL OR status = 'approved'));

CREATE FUNCTION delivery_guard_worksite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM delivery_contract AS contract
            JOIN delivery_contractcommune AS place ON place.contract_id = contract.id
            JOIN geography_area AS village ON village.id = NEW.village_id AND village.parent_id = place.commune_id
            WHERE contract.id = NEW.contract_id AND contract.sort = 'works' AND place.commune_id = NEW.commune_id) THEN
        RAISE EXCEPTION 'Un chantier est d''un contrat de travaux, dans un village d''une de ses communes.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'worksite_of_a_works_contract';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.status NOT IN ('proposed', 'screened', 'refused') AND (
            NEW.contract_id, NEW.commune_id, NEW.places, NEW.women_percent, NEW.day_rate_xof, NEW.task_rate_xof,
            NEW.cap_half_days, NEW.wages_xof, NEW.tools_xof, NEW.supervision_xof, NEW.made_by_id, NEW.approved_by_id)
        IS DISTINCT FROM (
            OLD.contract_id, OLD.commune_id, OLD.places, OLD.women_percent, OLD.day_rate_xof, OLD.task_rate_xof,
            OLD.cap_half_days, OLD.wages_xof, OLD.tools_xof, OLD.supervision_xof, OLD.made_by_id, OLD.approved_by_id) THEN
        RAISE EXCEPTION 'Un chantier approuvé garde ses places, ses salaires et son budget.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'worksite_approved_is_kept';
    END IF;
    IF NEW.status NOT IN ('proposed', 'refused', 'cancelled') AND (
            EXISTS (SELECT FROM delivery_screeninganswer WHERE worksite_id = NEW.id AND forbidden AND yes)
            OR NOT EXISTS (SELECT FROM delivery_screeninganswer WHERE worksite_id = NEW.id AND forbidden)) THEN
        RAISE EXCEPTION 'Un chantier interdit par l''examen, ou non examiné, n''avance pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'worksite_is_not_forbidden';
    END IF;
    IF NEW.status IN ('running', 'finished', 'handed') AND NOT EXISTS (
            SELECT FROM delivery_workdraw WHERE worksite_id = NEW.id AND drawn_at IS NOT NULL) THEN
        RAISE EXCEPTION 'Un chantier s''ouvre après le tirage public de ses travailleurs.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'worksite_is_drawn';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER worksite_is_honest BEFORE INSERT OR UPDATE ON delivery_worksite
    FOR EACH ROW EXECUTE FUNCTION delivery_guard_worksite();

CREATE FUNCTION delivery_guard_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM delivery_worksite WHERE id = coalesce(NEW.worksite_id, OLD.worksite_id)
            AND status <> 'proposed') THEN
        RAISE EXCEPTION 'L''examen d''un chantier ne se réécrit pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'screening_is_kept';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER screening_is_kept BEFORE INSERT OR UPDATE OR DELETE ON delivery_screeninganswer
    FOR EACH ROW EXECUTE FUNCTION delivery_guard_answer();

-- An adult, of the household, in the commune; only while the list is open.
CREATE FUNCTION delivery_guard_application() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM registry_membership WHERE household_id = NEW.household_id AND person_id = NEW.person_id
            AND ended_on IS NULL) THEN
        RAISE EXCEPTION 'Le candidat n''est pas un membre présent du ménage.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'work_application_of_a_member';
    END IF;
    IF NOT EXISTS (SELECT FROM delivery_worksite WHERE id = NEW.worksite_id AND status = 'approved') THEN
        RAISE EXCEPTION 'La liste des candidats de ce chantier n''est pas ouverte.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'work_application_while_open';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER application_is_honest BEFORE INSERT OR UPDATE OF worksite_id, household_id, person_id
    ON delivery_workapplication FOR EACH ROW EXECUTE FUNCTION delivery_guard_application();

CREATE FUNCTION delivery_keep_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.drawn_at IS NULL THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.drawn_at IS NOT NULL
            OR (NEW.worksite_id, NEW.method, NEW.applicants, NEW.list_hash, NEW.closed_by_id)
            IS DISTINCT FROM (OLD.worksite_id, OLD.method, OLD.applicants, OLD.list_hash, OLD.closed_by_id) THEN
        RAISE EXCEPTION 'Un tirage public ne se refait pas, et sa liste ne change plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'work_draw_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draw_is_kept BEFORE UPDATE OR DELETE ON delivery_workdraw
    FOR EACH ROW EXECUTE FUNCTION delivery_keep_draw();

-- A worker is who was drawn, for the household and in the enrolment of the component, paid themselves.
CREATE FUNCTION delivery_guard_workers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM hired
        LEFT JOIN delivery_workapplication AS asked ON asked.id = hired.application_id
            AND asked.worksite_id = hired.worksite_id AND asked.household_id = hired.household_id
            AND asked.person_id = hired.person_id AND asked.status IN ('chosen', 'substitute', 'hired')
        LEFT JOIN enrolment_enrolment AS enrolment ON enrolment.id = hired.enrolment_id
            AND enrolment.component_id = hired.component_id AND enrolment.household_id = hired.household_id
            AND enrolment.recipient_id = hired.person_id
        WHERE asked.id IS NULL OR enrolment.id IS NULL
    ) THEN
        RAISE EXCEPTION 'Un travailleur est un candidat tiré, inscrit à la composante comme allocataire de son ménage.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'worker_was_drawn_and_enrolled';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER worker_was_drawn AFTER INSERT ON delivery_worker REFERENCING NEW TABLE AS hired
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_guard_workers();
CREATE FUNCTION delivery_keep_worker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.worksite_id, NEW.crew_id, NEW.number, NEW.application_id, NEW.enrolment_id,
            NEW.household_id, NEW.person_id, NEW.component_id) IS DISTINCT FROM (OLD.worksite_id, OLD.crew_id, OLD.number,
            OLD.application_id, OLD.enrolment_id, OLD.household_id, OLD.person_id, OLD.component_id)
        OR EXISTS (SELECT FROM delivery_presence AS p WHERE p.worker_id = OLD.id AND p.undone_by_id IS NULL
            AND (p.held_on < NEW.starts_on OR p.held_on > coalesce(NEW.ends_on, 'infinity'))) THEN
        RAISE EXCEPTION 'Un travailleur reste ce qu''il est, et ses jours approuvés restent entre son premier et son dernier.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'worker_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER worker_is_kept BEFORE UPDATE OR DELETE ON delivery_worker
    FOR EACH ROW EXECUTE FUNCTION delivery_keep_worker();
