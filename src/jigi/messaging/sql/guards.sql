-- creates: what the database does and refuses of messages: moves that are not of the table of states.py, a cause, a
-- reference, a batch and a cost that change, rows that are taken away; it keeps the history of their states itself
CREATE FUNCTION messaging_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM before_them AS was JOIN after_them AS becomes USING (id)
        WHERE was.status <> becomes.status AND (was.status, becomes.status) NOT IN (
            ('queued', 'leaving'), ('queued', 'withheld'), ('queued', 'expired'), ('queued', 'cancelled'),
            ('queued', 'delivered'), ('queued', 'failed'),
            ('leaving', 'sent'), ('leaving', 'unclear'), ('leaving', 'queued'), ('leaving', 'delivered'),
            ('leaving', 'failed'), ('leaving', 'cancelled'),
            ('unclear', 'sent'), ('unclear', 'queued'), ('unclear', 'delivered'), ('unclear', 'failed'),
            ('unclear', 'cancelled'),
            ('sent', 'delivered'), ('sent', 'failed'))
    ) THEN
        RAISE EXCEPTION 'Un message ne passe pas de cet état à celui-là.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'message_moves_by_its_table';
    END IF;
    IF EXISTS (
        SELECT FROM before_them AS was JOIN after_them AS becomes USING (id)
        WHERE (was.reference, was.cause, was.batch, was.segments, was.cost_xof, was.queued_at)
            IS DISTINCT FROM (becomes.reference, becomes.cause, becomes.batch, becomes.segments, becomes.cost_xof, becomes.queued_at)
            OR becomes.turn < was.turn OR becomes.posts < was.posts
    ) OR EXISTS (
        SELECT FROM before_them AS was LEFT JOIN after_them AS becomes USING (id) WHERE becomes.id IS NULL
    ) THEN
        RAISE EXCEPTION 'La cause, la référence et le coût d''un message ne changent pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'message_birth_is_kept';
    END IF;
    INSERT INTO messaging_event (message_id, status, problem)
    SELECT becomes.id, becomes.status, becomes.problem
    FROM before_them AS was JOIN after_them AS becomes USING (id) WHERE was.status <> becomes.status ORDER BY becomes.id;
    RETURN NULL;
END $$;
CREATE TRIGGER message_moves_by_its_table AFTER UPDATE ON messaging_message
    REFERENCING OLD TABLE AS before_them NEW TABLE AS after_them
    FOR EACH STATEMENT EXECUTE FUNCTION messaging_follow();

CREATE FUNCTION messaging_refuse_forgetting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Les messages et leur suite ne s''effacent pas.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'message_is_kept';
END $$;
CREATE TRIGGER message_is_not_forgotten BEFORE DELETE OR TRUNCATE ON messaging_message
    FOR EACH STATEMENT EXECUTE FUNCTION messaging_refuse_forgetting();
CREATE TRIGGER message_event_is_kept BEFORE UPDATE OR DELETE ON messaging_event
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER message_event_is_not_emptied BEFORE TRUNCATE ON messaging_event
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change()
