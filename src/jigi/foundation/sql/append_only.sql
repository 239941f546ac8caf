-- creates: jigi_refuse_change(), the trigger function of tables that only grow; guards foundation_auditevent
CREATE FUNCTION jigi_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Les lignes de % ne se modifient ni ne s''effacent : passer une écriture contraire.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_never_changes BEFORE UPDATE OR DELETE ON foundation_auditevent
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER audit_never_truncated BEFORE TRUNCATE ON foundation_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();
