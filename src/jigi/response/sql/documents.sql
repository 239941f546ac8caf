-- creates: the guard of the signed papers of a response: withdrawn, never changed nor deleted
CREATE FUNCTION response_guard_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL OR to_jsonb(NEW) - 'withdrawn_at' <> to_jsonb(OLD) - 'withdrawn_at' THEN
        RAISE EXCEPTION 'Une pièce signée ne change pas : retirez-la et joignez-en une autre.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'response_document_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER response_document_is_kept BEFORE UPDATE ON response_document
    FOR EACH ROW EXECUTE FUNCTION response_guard_document();
CREATE TRIGGER response_document_is_not_deleted BEFORE DELETE ON response_document FOR EACH ROW
    EXECUTE FUNCTION response_refuse_delete('Une pièce se retire, elle ne s’efface pas.')
