-- creates: what the database refuses of campaigns: persons who are added to a list, or taken off it, once approval is asked;
-- words, places and counts of the campaign that change then (frozen.sql: what the list tells each)
CREATE FUNCTION outreach_guard_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM changed JOIN outreach_campaign AS own ON own.id = changed.campaign_id
            WHERE own.status <> 'draft') THEN
        RAISE EXCEPTION 'La liste d''une campagne ne change plus une fois l''approbation demandée.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'message_list_is_frozen';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER message_list_is_frozen_added AFTER INSERT ON outreach_recipient
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outreach_guard_list();
CREATE TRIGGER message_list_is_frozen_removed AFTER DELETE ON outreach_recipient
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outreach_guard_list();

CREATE FUNCTION outreach_guard_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.campaign_id, NEW.household_id, NEW.person_id) IS DISTINCT FROM
            (OLD.campaign_id, OLD.household_id, OLD.person_id) OR (OLD.written AND NOT NEW.written)
            OR (NEW.reachable AND NOT OLD.reachable AND EXISTS (SELECT FROM outreach_campaign AS own
                WHERE own.id = NEW.campaign_id AND own.status <> 'draft')) THEN
        RAISE EXCEPTION 'La liste d''une campagne ne change plus une fois l''approbation demandée.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'message_list_is_frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER message_list_is_frozen_changed BEFORE UPDATE ON outreach_recipient
    FOR EACH ROW EXECUTE FUNCTION outreach_guard_person();

CREATE FUNCTION outreach_guard_campaign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' AND (NEW.template, NEW.language, NEW.channel, NEW.audience, NEW.payment_round_id,
            NEW.area_id, NEW.organisation, NEW.recipients, NEW.reachable, NEW.segments, NEW.cost_xof, NEW.place, NEW.day)
            IS DISTINCT FROM (OLD.template, OLD.language, OLD.channel, OLD.audience, OLD.payment_round_id,
            OLD.area_id, OLD.organisation, OLD.recipients, OLD.reachable, OLD.segments, OLD.cost_xof, OLD.place, OLD.day) THEN
        RAISE EXCEPTION 'Une campagne dont l''approbation est demandée ne change plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'message_campaign_is_frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER message_campaign_is_frozen BEFORE UPDATE ON outreach_campaign
    FOR EACH ROW EXECUTE FUNCTION outreach_guard_campaign()
