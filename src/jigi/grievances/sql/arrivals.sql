-- creates: what the database refuses of arrivals (a case is made of one once, and stays) and of recordings, and their fences
CREATE FUNCTION grievances_guard_arrival() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.case_id IS NOT NULL OR (NEW.key, NEW.inbound_id) IS DISTINCT FROM (OLD.key, OLD.inbound_id) THEN
        RAISE EXCEPTION 'Ce qu''un message est devenu ne change pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'grievance_arrival_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grievance_arrival_is_kept BEFORE UPDATE OR DELETE ON grievances_arrival
    FOR EACH ROW EXECUTE FUNCTION grievances_guard_arrival();
CREATE TRIGGER grievance_arrival_is_not_emptied BEFORE TRUNCATE ON grievances_arrival
    FOR EACH STATEMENT EXECUTE FUNCTION grievances_refuse_forgetting();

-- What became a case is seen with it; what is held, by who sent it and by who handles complaints in the whole country.
SELECT foundation_fence('grievances_arrival', 'EXISTS (SELECT FROM grievances_case AS own WHERE own.id = case_id)
    OR (case_id IS NULL AND fiche_id IS NOT NULL
        AND (sent_by_id = geography_person() OR (SELECT grievances_in_country(''grievances.handle''))))');
SELECT foundation_fence('grievances_arrivalfault',
    'EXISTS (SELECT FROM grievances_arrival AS own WHERE own.id = arrival_id)');
CREATE POLICY sensitive_acts ON grievances_arrival AS RESTRICTIVE TO jigi_act
    USING (case_id IS NULL OR EXISTS (SELECT FROM grievances_case AS own WHERE own.id = case_id));

-- A sound may be sealed anew, or emptied; nothing else of it changes.
CREATE TRIGGER grievance_recording_is_kept BEFORE UPDATE OF case_id, kind, size, digest, kept_by_id, kept_at
    ON grievances_recording FOR EACH STATEMENT EXECUTE FUNCTION grievances_refuse_forgetting();
CREATE TRIGGER grievance_recording_is_not_forgotten BEFORE DELETE OR TRUNCATE ON grievances_recording
    FOR EACH STATEMENT EXECUTE FUNCTION grievances_refuse_forgetting();
SELECT foundation_fence('grievances_recording', 'EXISTS (SELECT FROM grievances_case AS own WHERE own.id = case_id)');
CREATE POLICY sensitive_acts ON grievances_recording AS RESTRICTIVE TO jigi_act
    USING (EXISTS (SELECT FROM grievances_case AS own WHERE own.id = case_id))
