-- creates: the fence of cards, and the trigger that keeps them: a card is what it was made, and never comes back
SELECT foundation_fence('enrolment_card', 'enrolment_id IN (SELECT id FROM enrolment_enrolment)');
CREATE FUNCTION enrolment_guard_card() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL
            OR (NEW.number, NEW.enrolment_id, NEW.recipient_id, NEW.key_id, NEW.made_by_id, NEW.made_at)
            IS DISTINCT FROM
            (OLD.number, OLD.enrolment_id, OLD.recipient_id, OLD.key_id, OLD.made_by_id, OLD.made_at) THEN
        RAISE EXCEPTION 'Une carte retirée ne revient pas, et une carte ne change ni de numéro ni de personne (%).', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'card_never_comes_back';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER card_never_comes_back BEFORE UPDATE ON enrolment_card
    FOR EACH ROW EXECUTE FUNCTION enrolment_guard_card();
