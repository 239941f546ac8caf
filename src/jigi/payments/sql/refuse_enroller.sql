-- creates: payments_enrolled_by(), by which a round is not released by who enrolled its households, or changed whom or where they are paid
CREATE FUNCTION payments_enrolled_by(round bigint, component bigint, person bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH changed AS MATERIALIZED (
        SELECT DISTINCT object_id::bigint AS id FROM foundation_auditevent
        WHERE by_id = person AND noun = 'enrolment' AND verb IN ('change_recipient', 'transfer')
    ), theirs AS (
        SELECT enrolled.household_id FROM enrolment_cohort AS cohort
        JOIN enrolment_enrolment AS enrolled ON enrolled.cohort_id = cohort.id
        WHERE cohort.made_by_id = person AND cohort.component_id = component
        UNION ALL
        SELECT enrolled.household_id FROM changed JOIN enrolment_enrolment AS enrolled USING (id)
        WHERE enrolled.component_id = component
    )
    SELECT EXISTS (
        SELECT FROM theirs JOIN payments_instruction AS line ON line.household_id = theirs.household_id
        WHERE line.round_id = round
    )
$$;
CREATE OR REPLACE FUNCTION payments_refuse_enroller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF payments_enrolled_by(NEW.id, NEW.component_id, NEW.released_by_id) THEN
        RAISE EXCEPTION 'Qui a inscrit des ménages d''un tour, ou changé qui les reçoit, ne le libère pas (tour %).', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
