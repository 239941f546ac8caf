-- creates: the triggers by which a prepared agreement never changes, but in its decision, and is about some place
CREATE FUNCTION sharing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision constant text[] := ARRAY['status', 'decided_by_id', 'decided_at', 'ended_on'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - decision <> to_jsonb(OLD) - decision THEN
        RAISE EXCEPTION 'Une convention de partage ne se modifie pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'sharing_never_changes';
    END IF;
    IF NEW.status = 'approved' AND NOT EXISTS (
        SELECT FROM sharing_sharingagreement_areas WHERE sharingagreement_id = NEW.id) THEN
        RAISE EXCEPTION 'Une convention de partage est pour un lieu au moins.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sharing_has_area';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON sharing_sharingagreement
    FOR EACH ROW EXECUTE FUNCTION sharing_refuse_change();

CREATE FUNCTION sharing_refuse_areas() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' OR EXISTS (
        SELECT FROM sharing_sharingagreement WHERE id = NEW.sharingagreement_id AND status <> 'prepared') THEN
        RAISE EXCEPTION 'Les lieux d’une convention de partage ne se modifient pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'sharing_areas_never_change';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON sharing_sharingagreement_areas
    FOR EACH ROW EXECUTE FUNCTION sharing_refuse_areas()
