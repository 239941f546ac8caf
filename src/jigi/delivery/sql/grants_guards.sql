-- creates: what the database refuses of grants: rows of two contracts or calls, terms that move, releases without
-- evidence, above the grant or changed, scores after a selection
ALTER TABLE delivery_grantcall ADD CONSTRAINT grant_call_of_a_component
    FOREIGN KEY (contract_id, component_id) REFERENCES delivery_contract (id, component_id);
ALTER TABLE delivery_grantapplication
    ADD CONSTRAINT grant_application_same_contract
        FOREIGN KEY (call_id, contract_id) REFERENCES delivery_grantcall (id, contract_id),
    ADD CONSTRAINT grant_application_activity_of_call
        FOREIGN KEY (activity_id, call_id) REFERENCES delivery_grantchoice (id, call_id);
ALTER TABLE delivery_grantapplicant ADD CONSTRAINT grant_applicant_same_contract
    FOREIGN KEY (application_id, contract_id) REFERENCES delivery_grantapplication (id, contract_id);
ALTER TABLE delivery_granttraining ADD CONSTRAINT grant_training_same_contract
    FOREIGN KEY (call_id, contract_id) REFERENCES delivery_grantcall (id, contract_id);
ALTER TABLE delivery_granttrainee
    ADD CONSTRAINT grant_trainee_same_contract
        FOREIGN KEY (application_id, contract_id) REFERENCES delivery_grantapplication (id, contract_id),
    ADD CONSTRAINT grant_trainee_same_household
        FOREIGN KEY (application_id, household_id) REFERENCES delivery_grantapplication (id, household_id),
    ADD CONSTRAINT grant_trainee_same_day FOREIGN KEY (training_id, contract_id, held_on)
        REFERENCES delivery_granttraining (id, contract_id, day) ON UPDATE CASCADE;
ALTER TABLE delivery_grantscore
    ADD CONSTRAINT grant_score_same_call
        FOREIGN KEY (application_id, call_id) REFERENCES delivery_grantapplication (id, call_id),
    ADD CONSTRAINT grant_score_same_contract
        FOREIGN KEY (application_id, contract_id) REFERENCES delivery_grantapplication (id, contract_id),
    ADD CONSTRAINT grant_score_juror_of_call
        FOREIGN KEY (juror_id, call_id) REFERENCES delivery_grantjuror (id, call_id),
    ADD CONSTRAINT grant_score_criterion_of_call FOREIGN KEY (criterion_id, call_id, most_points)
        REFERENCES delivery_grantcriterion (id, call_id, most_points);
ALTER TABLE delivery_grantselection ADD CONSTRAINT grant_selection_same_contract
    FOREIGN KEY (call_id, contract_id) REFERENCES delivery_grantcall (id, contract_id);
ALTER TABLE delivery_grantranked ADD CONSTRAINT grant_ranked_same_contract
    FOREIGN KEY (application_id, contract_id) REFERENCES delivery_grantapplication (id, contract_id);
ALTER TABLE delivery_grant
    ADD CONSTRAINT grant_same_contract
        FOREIGN KEY (application_id, contract_id) REFERENCES delivery_grantapplication (id, contract_id),
    ADD CONSTRAINT grant_same_call
        FOREIGN KEY (application_id, call_id) REFERENCES delivery_grantapplication (id, call_id),
    ADD CONSTRAINT grant_same_household
        FOREIGN KEY (application_id, household_id) REFERENCES delivery_grantapplication (id, household_id);
ALTER TABLE delivery_grantinstalment
    ADD CONSTRAINT grant_instalment_same_contract
        FOREIGN KEY (grant_id, contract_id) REFERENCES delivery_grant (id, contract_id),
    ADD CONSTRAINT grant_instalment_same_call
        FOREIGN KEY (grant_id, call_id) REFERENCES delivery_grant (id, call_id),
    ADD CONSTRAINT grant_instalment_same_household
        FOREIGN KEY (grant_id, household_id) REFERENCES delivery_grant (id, household_id),
    ADD CONSTRAINT grant_instalment_is_the_tranche FOREIGN KEY (call_id, number, amount_xof)
        REFERENCES delivery_granttranche (call_id, number, amount_xof);
ALTER TABLE delivery_grantrelease
    ADD CONSTRAINT grant_release_same_grant
        FOREIGN KEY (instalment_id, grant_id) REFERENCES delivery_grantinstalment (id, grant_id),
    ADD CONSTRAINT grant_release_same_contract
        FOREIGN KEY (instalment_id, contract_id) REFERENCES delivery_grantinstalment (id, contract_id),
    ADD CONSTRAINT grant_release_same_household
        FOREIGN KEY (grant_id, household_id) REFERENCES delivery_grant (id, household_id),
    ADD CONSTRAINT grant_release_is_the_amount
        FOREIGN KEY (instalment_id, amount_xof) REFERENCES delivery_grantinstalment (id, amount_xof);
ALTER TABLE delivery_grantevidence ADD CONSTRAINT grant_evidence_same_contract
    FOREIGN KEY (instalment_id, contract_id) REFERENCES delivery_grantinstalment (id, contract_id);
ALTER TABLE delivery_grantvisit
    ADD CONSTRAINT grant_visit_same_contract
        FOREIGN KEY (grant_id, contract_id) REFERENCES delivery_grant (id, contract_id),
    ADD CONSTRAINT grant_visit_same_household
        FOREIGN KEY (grant_id, household_id) REFERENCES delivery_grant (id, household_id);
ALTER TABLE delivery_grantdefault ADD CONSTRAINT grant_default_same_contract
    FOREIGN KEY (grant_id, contract_id) REFERENCES delivery_grant (id, contract_id);
ALTER TABLE delivery_grantgraduation ADD CONSTRAINT grant_graduation_same_contract
    FOREIGN KEY (grant_id, contract_id) REFERENCES delivery_grant (id, contract_id);

-- The households of an application are free again once it is withdrawn or refused.
CREATE FUNCTION delivery_grant_applicants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE delivery_grantapplicant AS applicant SET live = changed.status IN ('submitted', 'waiting', 'selected')
    FROM changed
    WHERE applicant.application_id = changed.id
        AND applicant.live <> (changed.status IN ('submitted', 'waiting', 'selected'));
    RETURN NULL;
END $$;
CREATE TRIGGER grant_applicants_follow AFTER UPDATE ON delivery_grantapplication REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_grant_applicants();

CREATE FUNCTION delivery_grant_application_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM delivery_grantcall WHERE id = NEW.call_id AND status = 'open' FOR SHARE) THEN
        RAISE EXCEPTION 'Cet appel ne prend pas de candidature.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_call_is_open';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grant_call_is_open BEFORE INSERT ON delivery_grantapplication
    FOR EACH ROW EXECUTE FUNCTION delivery_grant_application_in_time();

-- The terms of a call are those it was opened by; scores stand once a selection rests on them. Said in the words that
-- the trigger gives, under its name.
CREATE FUNCTION delivery_grant_rows_stand() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    one := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    IF TG_NAME = 'grant_terms_stand' AND EXISTS (
            SELECT FROM delivery_grantcall WHERE id = one.call_id AND status <> 'draft')
        OR TG_NAME = 'grant_scores_stand' AND EXISTS (
            SELECT FROM delivery_grantselection WHERE call_id = one.call_id AND status <> 'rejected') THEN
        RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN one;
END $$;
CREATE TRIGGER grant_terms_stand BEFORE INSERT OR UPDATE OR DELETE ON delivery_granttranche
    FOR EACH ROW EXECUTE FUNCTION delivery_grant_rows_stand('Les conditions d’un appel ouvert ne changent plus.');
CREATE TRIGGER grant_terms_stand BEFORE INSERT OR UPDATE OR DELETE ON delivery_grantcriterion
    FOR EACH ROW EXECUTE FUNCTION delivery_grant_rows_stand('Les conditions d’un appel ouvert ne changent plus.');
CREATE TRIGGER grant_terms_stand BEFORE INSERT OR UPDATE OR DELETE ON delivery_grantchoice
    FOR EACH ROW EXECUTE FUNCTION delivery_grant_rows_stand('Les conditions d’un appel ouvert ne changent plus.');
CREATE TRIGGER grant_terms_stand BEFORE INSERT OR UPDATE OR DELETE ON delivery_grantgraduationrule
    FOR EACH ROW EXECUTE FUNCTION delivery_grant_rows_stand('Les conditions d’un appel ouvert ne changent plus.');

CREATE FUNCTION delivery_grant_call_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' AND (NEW.places, NEW.budget_xof, NEW.grant_xof, NEW.terms_hash, NEW.pass_percent,
            NEW.least_members, NEW.training_days, NEW.ties, NEW.component_id, NEW.code) IS DISTINCT FROM (OLD.places,
            OLD.budget_xof, OLD.grant_xof, OLD.terms_hash, OLD.pass_percent, OLD.least_members, OLD.training_days,
            OLD.ties, OLD.component_id, OLD.code) THEN
        RAISE EXCEPTION 'Les conditions d’un appel ouvert ne changent plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'grant_terms_stand';
    END IF;
    IF OLD.status = 'draft' AND NEW.status = 'open' AND NEW.grant_xof <> (
            SELECT coalesce(sum(amount_xof), 0) FROM delivery_granttranche WHERE call_id = NEW.id) THEN
        RAISE EXCEPTION 'Les tranches ne font pas le montant de la subvention.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_tranches_sum_to_the_grant';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grant_call_guard BEFORE UPDATE ON delivery_grantcall
    FOR EACH ROW EXECUTE FUNCTION delivery_grant_call_guard();

CREATE TRIGGER grant_scores_stand BEFORE INSERT OR UPDATE OR DELETE ON delivery_grantscore
    FOR EACH ROW EXECUTE FUNCTION delivery_grant_rows_stand('Une sélection repose sur ces notes : elles ne changent plus.');

-- So do ranks, once proposed.
CREATE FUNCTION delivery_grant_ranks_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un classement proposé ne change plus : il se rejette.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'grant_ranks_stand';
END $$;
CREATE TRIGGER grant_ranks_stand BEFORE UPDATE OR DELETE ON delivery_grantranked
    FOR EACH ROW EXECUTE FUNCTION delivery_grant_ranks_stand();

-- A grant follows from a selection that was decided, and is its enrolment's.
CREATE FUNCTION delivery_grant_is_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM made WHERE NOT EXISTS (
            SELECT FROM delivery_grantranked AS ranked
            JOIN delivery_grantselection AS selection ON selection.id = ranked.selection_id
            WHERE ranked.application_id = made.application_id AND selection.status = 'decided')) THEN
        RAISE EXCEPTION 'Une subvention suit une sélection décidée.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_is_decided';
    END IF;
    IF EXISTS (SELECT FROM made JOIN delivery_grantcall AS call ON call.id = made.call_id
            JOIN enrolment_enrolment AS enrolment ON enrolment.id = made.enrolment_id
            WHERE enrolment.household_id <> made.household_id OR enrolment.component_id <> call.component_id
                OR made.amount_xof <> call.grant_xof) THEN
        RAISE EXCEPTION 'Une subvention est celle de son appel et de son inscription.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_is_its_enrolments';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER grant_is_decided AFTER INSERT ON delivery_grant REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_grant_is_decided();

CREATE FUNCTION delivery_grant_sum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM delivery_grantinstalment AS one JOIN delivery_grant AS whole ON whole.id = one.grant_id
            WHERE one.grant_id IN (SELECT grant_id FROM made)
            GROUP BY whole.id, whole.amount_xof HAVING sum(one.amount_xof) > whole.amount_xof) THEN
        RAISE EXCEPTION 'Les tranches dépassent la subvention.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_instalments_within_the_grant';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER grant_sum AFTER INSERT ON delivery_grantinstalment REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_grant_sum();

CREATE FUNCTION delivery_grant_instalment_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.grant_id, NEW.number, NEW.amount_xof, NEW.call_id) IS DISTINCT FROM (OLD.grant_id, OLD.number,
            OLD.amount_xof, OLD.call_id) OR OLD.status = 'released' AND NEW.status <> 'released' AND EXISTS (
                SELECT FROM delivery_grantrelease WHERE instalment_id = OLD.id AND undone_at IS NULL) THEN
        RAISE EXCEPTION 'Une tranche libérée ne change plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'grant_instalment_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grant_instalment_is_kept BEFORE UPDATE ON delivery_grantinstalment
    FOR EACH ROW EXECUTE FUNCTION delivery_grant_instalment_kept();

CREATE FUNCTION delivery_grant_release_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM made JOIN delivery_grant AS whole ON whole.id = made.grant_id
            JOIN delivery_grantinstalment AS instalment ON instalment.id = made.instalment_id
            WHERE whole.status <> 'running' OR instalment.status <> 'asked'
                OR instalment.asked_by_id <> made.asked_by_id) THEN
        RAISE EXCEPTION 'Une tranche se libère quand elle est demandée et que la subvention court.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_release_was_asked';
    END IF;
    IF EXISTS (SELECT FROM delivery_grantrelease AS one JOIN delivery_grant AS whole ON whole.id = one.grant_id
            WHERE one.grant_id IN (SELECT grant_id FROM made) AND one.undone_at IS NULL
            GROUP BY whole.id, whole.amount_xof HAVING sum(one.amount_xof) > whole.amount_xof) THEN
        RAISE EXCEPTION 'Les versements dépassent la subvention.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_releases_within_the_grant';
    END IF;
    IF EXISTS (WITH asked AS (SELECT instalment_id, released_on AS day FROM made), evidence AS (
{sql:grants_evidence}
        ) SELECT FROM (
{sql:grants_lacks}
        ) AS judged WHERE cardinality(judged.lacks) > 0) THEN
        RAISE EXCEPTION 'Il manque des preuves à une tranche.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_release_has_evidence';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER grant_release_guard AFTER INSERT ON delivery_grantrelease REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_grant_release_guard();

CREATE FUNCTION delivery_grant_release_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.undone_at IS NOT NULL OR (NEW.instalment_id, NEW.grant_id, NEW.amount_xof, NEW.asked_by_id,
            NEW.released_by_id, NEW.released_on) IS DISTINCT FROM (OLD.instalment_id, OLD.grant_id, OLD.amount_xof,
            OLD.asked_by_id, OLD.released_by_id, OLD.released_on) THEN
        RAISE EXCEPTION 'Une libération ne change pas : elle se défait, avec un motif.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'grant_release_is_kept';
    END IF;
    IF EXISTS (SELECT FROM delivery_due WHERE sort = 'grants' AND cause = OLD.id AND cancelled_at IS NULL) THEN
        RAISE EXCEPTION 'Le droit acquis de cette libération court encore.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'grant_release_undone_with_its_due';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grant_release_is_kept BEFORE UPDATE ON delivery_grantrelease
    FOR EACH ROW EXECUTE FUNCTION delivery_grant_release_kept();
CREATE TRIGGER grant_release_is_not_forgotten BEFORE DELETE OR TRUNCATE ON delivery_grantrelease
    FOR EACH STATEMENT EXECUTE FUNCTION delivery_refuse_forgetting();

SELECT delivery_count_reach('delivery_granttrainee');
SELECT delivery_count_reach('delivery_grantvisit', 'struck_at IS NULL');
