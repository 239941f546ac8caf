-- creates: what never changes of requests, deliveries and disclosures, their fences, the objectors, an agreement's scope
CREATE FUNCTION sharing_under(place bigint, agreement bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM geography_area AS here
        JOIN sharing_sharingagreement_areas AS chosen ON chosen.sharingagreement_id = agreement
        JOIN geography_area AS there ON there.id = chosen.area_id AND there.version_id = here.version_id
        WHERE here.id = place AND starts_with(here.path, there.path))
$$;

CREATE FUNCTION sharing_guard_request() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision constant text[] := ARRAY['status', 'decided_by_id', 'decided_at'];
BEGIN
    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND to_jsonb(NEW) - decision <> to_jsonb(OLD) - decision THEN
        RAISE EXCEPTION 'Une demande de partage ne se modifie pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'sharing_request_never_changes';
    END IF;
    IF TG_OP = 'INSERT' AND NOT EXISTS (
        SELECT FROM sharing_sharingagreement AS agreement WHERE agreement.id = NEW.agreement_id
            AND NEW.fields <@ agreement.fields AND NEW.expires_on <= agreement.ends_on) THEN
        RAISE EXCEPTION 'Une demande ne dépasse pas sa convention.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sharing_request_within_agreement';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status = 'approved' AND NOT EXISTS (
        SELECT FROM sharing_sharingrequest_areas WHERE sharingrequest_id = NEW.id) THEN
        RAISE EXCEPTION 'Une demande est pour un lieu au moins.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sharing_request_has_area';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON sharing_sharingrequest
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_request();

CREATE FUNCTION sharing_guard_request_area() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' OR EXISTS (
        SELECT FROM sharing_sharingrequest AS request WHERE request.id = NEW.sharingrequest_id
            AND (request.status <> 'asked' OR NOT sharing_under(NEW.area_id, request.agreement_id))) THEN
        RAISE EXCEPTION 'Les lieux d’une demande sont de sa convention, et ne se modifient pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'sharing_request_areas_within_agreement';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON sharing_sharingrequest_areas
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_request_area();

-- A token is only ever taken back; an opposition only ever lifted; a delivery counts its lines, then loses its file.
CREATE FUNCTION sharing_guard_columns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - TG_ARGV <> to_jsonb(OLD) - TG_ARGV THEN
        RAISE EXCEPTION 'Ce qui est gardé d’un partage ne se modifie pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'sharing_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON sharing_sharingtoken
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_columns('revoked_by_id', 'revoked_at');
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON sharing_sharingobjection
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_columns('lifted_at');
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON sharing_sharingdelivery FOR EACH ROW
    EXECUTE FUNCTION sharing_guard_columns('households', 'lines', 'opposed', 'size', 'sha256', 'dropped_on');
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON sharing_sharingdisclosure
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();

-- Those who oppose what a partner would be given, as they live today: a household (person empty), or one person of it.
-- A household that was merged opposes as what it became; a person carries their opposition where they live.
CREATE FUNCTION sharing_objectors(to_partner text) RETURNS TABLE (household_id bigint, person_id bigint)
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN household.merged_into_id IS NULL THEN household.id ELSE schemes_survivor(household.id) END,
        NULL::bigint
    FROM sharing_sharingobjection AS objection
    JOIN registry_household AS household ON household.id = objection.household_id
    WHERE objection.person_id IS NULL AND objection.lifted_at IS NULL AND objection.partner IN ('', to_partner)
    UNION ALL
    SELECT member.household_id, objection.person_id
    FROM sharing_sharingobjection AS objection
    JOIN registry_membership AS member ON member.person_id = objection.person_id AND member.ended_on IS NULL
    WHERE objection.lifted_at IS NULL AND objection.partner IN ('', to_partner)
$$;

SELECT foundation_fence('sharing_sharingdisclosure', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)');
SELECT foundation_fence('sharing_sharingobjection', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)');
-- Read by the act that gives a file to who may take it.
SELECT foundation_fence('sharing_sharingpart', 'false');

-- What a partner's reading opens: the communes of an agreement in force today, and no other family of rows.
CREATE FUNCTION sharing_enter(agreement bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT set_config('jigi.person', '', true), set_config('jigi.payments', '', true),
        set_config('jigi.intake', '', true), set_config('jigi.alerts', '', true),
        set_config('jigi.registry', coalesce((
            SELECT array_agg(DISTINCT commune.id)::text
            FROM sharing_sharingagreement AS one
            JOIN sharing_sharingagreement_areas AS chosen ON chosen.sharingagreement_id = one.id
            JOIN geography_area AS place ON place.id = chosen.area_id
            JOIN geography_area AS commune ON commune.version_id = place.version_id AND commune.level = 'commune'
                AND (starts_with(commune.path, place.path) OR starts_with(place.path, commune.path))
            WHERE one.id = agreement AND one.status = 'approved'
                AND current_date BETWEEN one.starts_on AND one.ends_on), ''), true)
$$;
