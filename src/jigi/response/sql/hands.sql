-- creates: the guard of hands: who had a part in a request is kept, so that none of them ever decides it
CREATE FUNCTION response_guard_hand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (SELECT FROM response_activation WHERE id = OLD.activation_id AND status <> 'draft') THEN
        RAISE EXCEPTION 'Qui a eu part à une demande reste écrit.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'hand_is_kept';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER hand_is_kept BEFORE UPDATE OR DELETE ON response_hand
    FOR EACH ROW EXECUTE FUNCTION response_guard_hand()
