-- creates: the fences of requests to change the register: seen with their household, and what hangs on them
SELECT foundation_fence('changes_changerequest', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = household_id)
    OR EXISTS (SELECT FROM registry_household AS household WHERE household.id = other_id)');
SELECT foundation_fence('changes_changeitem', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM changes_changerequest AS request WHERE request.id = request_id)');
SELECT foundation_fence('changes_changeevidence', '(SELECT geography_everywhere(''registry''))
    OR EXISTS (SELECT FROM changes_changerequest AS request WHERE request.id = request_id)');

-- What was decided stays as it was decided: only its sealed columns turn with the keys, or are emptied by an erasure.
CREATE FUNCTION changes_guard_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND coalesce(current_setting('jigi.erasing', true), '') = 'on' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - '{sealed,done_sealed}'::text[] <> to_jsonb(OLD) - '{sealed,done_sealed}'::text[] THEN
        RAISE EXCEPTION 'Un fait décidé ne change plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'change_item_decided';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decided_stays BEFORE UPDATE OR DELETE ON changes_changeitem FOR EACH ROW WHEN (OLD.decision <> '')
    EXECUTE FUNCTION changes_guard_item();

-- Evidence weighs at most 5 MB.
ALTER TABLE changes_changeevidence ADD CONSTRAINT change_evidence_size CHECK (octet_length(content) BETWEEN 1 AND 5242880);
