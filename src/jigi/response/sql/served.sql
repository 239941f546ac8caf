-- creates: the guard of enrolments of a response: nobody enters after its sunset, nor by two of its components
-- Whom a response serves by a component of its arms: who is live in it, and who left it with a right given since the
-- decision; a merged household counts as what it became.
CREATE FUNCTION response_served(answer bigint) RETURNS TABLE (household_id bigint, component_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN known.merged_into_id IS NULL THEN known.id ELSE schemes_survivor(known.id) END, enrolled.component_id
    FROM response_activation AS activation
    JOIN (SELECT DISTINCT activation_id, component_id FROM response_arm WHERE status <> 'cancelled') AS arm
        ON arm.activation_id = activation.id
    JOIN enrolment_enrolment AS enrolled ON enrolled.component_id = arm.component_id
    JOIN registry_household AS known ON known.id = enrolled.household_id
    WHERE activation.id = answer AND (enrolled.status <> 'exited' OR EXISTS (
        SELECT FROM payments_entitlement AS owed JOIN payments_paymentround AS round ON round.id = owed.round_id
        WHERE owed.household_id = enrolled.household_id AND owed.component_id = enrolled.component_id
            AND owed.status NOT IN ('cancelled', 'returned') AND round.made_at >= activation.decided_at
    ))
$$;

-- Two components that enrol at once wait for each other on the activation.
CREATE FUNCTION response_guard_enrolled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    answer record;
    twice bigint;
BEGIN
    FOR answer IN
        SELECT activation.id, activation.number, activation.sunset_on FROM response_activation AS activation
        WHERE activation.status = 'active' AND activation.id IN (
            SELECT activation_id FROM response_arm
            WHERE status <> 'cancelled' AND component_id IN (SELECT DISTINCT component_id FROM fresh))
        ORDER BY activation.id FOR NO KEY UPDATE
    LOOP
        IF current_date > answer.sunset_on THEN
            RAISE EXCEPTION 'La réponse % a pris fin le % : personne n’y entre plus.', answer.number, answer.sunset_on
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'enrolment_before_the_sunset',
                HINT = 'Demandez une prolongation de la réponse.';
        END IF;
        CONTINUE WHEN (SELECT count(DISTINCT component_id) < 2 FROM response_arm
            WHERE activation_id = answer.id AND status <> 'cancelled');
        SELECT count(DISTINCT fresh.household_id) INTO twice
        FROM fresh JOIN response_served(answer.id) AS served
            ON served.household_id = fresh.household_id AND served.component_id <> fresh.component_id
        WHERE fresh.component_id IN (
            SELECT component_id FROM response_arm WHERE activation_id = answer.id AND status <> 'cancelled');
        IF twice > 0 THEN
            RAISE EXCEPTION 'La réponse % aide déjà, par une autre composante, % des ménages à inscrire.', answer.number,
                twice USING ERRCODE = 'restrict_violation', CONSTRAINT = 'enrolment_once_in_a_response',
                HINT = 'Refaites la liste du volet : ils y seront laissés de côté.';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER enrolment_once_in_a_response AFTER INSERT ON enrolment_enrolment REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION response_guard_enrolled()
