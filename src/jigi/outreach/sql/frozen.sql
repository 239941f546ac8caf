-- creates: what the database refuses of the list of a campaign, whole: whom it names, what it tells them, who is left out
CREATE OR REPLACE FUNCTION outreach_guard_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A place is emptied by an erasure, at any time.
    IF (NEW.campaign_id, NEW.household_id, NEW.person_id, NEW.day, NEW.amount_xof) IS DISTINCT FROM
            (OLD.campaign_id, OLD.household_id, OLD.person_id, OLD.day, OLD.amount_xof)
            OR NEW.village NOT IN ('', OLD.village) OR NEW.place NOT IN ('', OLD.place)
            OR (OLD.written AND NOT NEW.written) OR (OLD.left_out AND NOT NEW.left_out)
            OR (NEW.reachable AND NOT OLD.reachable AND EXISTS (SELECT FROM outreach_campaign AS own
                WHERE own.id = NEW.campaign_id AND own.status <> 'draft')) THEN
        RAISE EXCEPTION 'La liste d''une campagne ne change plus une fois l''approbation demandée.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'message_list_is_frozen';
    END IF;
    RETURN NEW;
END $$
