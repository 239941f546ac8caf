-- creates: what keeps the accounts at banks honest: equal sums in a match, lines that stay, hands that differ
ALTER TABLE payments_bankmatchitem ADD CONSTRAINT bank_item_is_a_movement
    FOREIGN KEY (entry_id, book_id, kind, debit_id, credit_id)
    REFERENCES ledger_moved (entry_id, book_id, kind, debit_id, credit_id);

-- An item is read from the ledger: its amount and its sign are those of the mirrored accounts.
CREATE FUNCTION payments_check_bank_item() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    received boolean := EXISTS (
        SELECT FROM payments_bankmirror WHERE bank_id = NEW.bank_id AND account_id = NEW.debit_id);
    given boolean := EXISTS (
        SELECT FROM payments_bankmirror WHERE bank_id = NEW.bank_id AND account_id = NEW.credit_id);
BEGIN
    IF received = given OR NOT EXISTS (
        SELECT FROM ledger_moved
        WHERE entry_id = NEW.entry_id AND book_id = NEW.book_id AND kind = NEW.kind AND debit_id = NEW.debit_id
            AND credit_id = NEW.credit_id AND CASE WHEN received THEN amount_xof ELSE -amount_xof END = NEW.amount_xof
    ) THEN
        RAISE EXCEPTION 'L''écriture % n''a pas bougé ce montant sur ce compte bancaire.', NEW.entry_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'bank_item_is_of_the_ledger';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bank_item_is_of_the_ledger BEFORE INSERT ON payments_bankmatchitem
    FOR EACH ROW EXECUTE FUNCTION payments_check_bank_item();

CREATE FUNCTION payments_check_bank_match() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held payments_bankmatch;
    found record;
BEGIN
    SELECT * INTO held FROM payments_bankmatch
    WHERE id = (to_jsonb(NEW) ->> CASE TG_TABLE_NAME WHEN 'payments_bankmatch' THEN 'id' ELSE 'match_id' END)::bigint;
    SELECT coalesce(sum(amount_xof), 0) AS gap, count(*) AS members, bool_or(live) AS one_live, bool_and(live) AS all_live,
        bool_and(own) AS own INTO found
    FROM (
        SELECT line.amount_xof, matched.live, line.bank_id = held.bank_id AND (line.live OR NOT matched.live) AS own
        FROM payments_bankmatchline AS matched JOIN payments_bankline AS line ON line.id = matched.line_id
        WHERE matched.match_id = held.id
        UNION ALL
        SELECT -amount_xof, live, bank_id = held.bank_id FROM payments_bankmatchitem WHERE match_id = held.id
        UNION ALL
        -- Until the bank's own operation is posted, it stands for the item that it will be.
        SELECT -amount_xof, held.undone_at IS NULL, true FROM payments_bankoperation
        WHERE match_id = held.id AND entry_id IS NULL
    ) AS member;
    IF found.members < 2 OR found.gap <> 0 OR NOT found.own
        OR (held.undone_at IS NULL AND NOT found.all_live) OR (held.undone_at IS NOT NULL AND found.one_live) THEN
        RAISE EXCEPTION 'Le rapprochement bancaire % ne s''équilibre pas : écart de % francs.', held.id, found.gap
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'bank_match_balances';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER bank_match_balances AFTER INSERT OR UPDATE ON payments_bankmatch
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_check_bank_match();
CREATE CONSTRAINT TRIGGER bank_match_balances AFTER INSERT OR UPDATE ON payments_bankmatchline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_check_bank_match();
CREATE CONSTRAINT TRIGGER bank_match_balances AFTER INSERT OR UPDATE ON payments_bankmatchitem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_check_bank_match();
CREATE CONSTRAINT TRIGGER bank_match_balances AFTER INSERT OR UPDATE ON payments_bankoperation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_check_bank_match();

-- What was written stays: rows are taken back, once, and say it.
CREATE FUNCTION payments_keep_bank_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changing text[] := string_to_array(TG_ARGV[0], ' ');
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - changing <> to_jsonb(NEW) - changing
        OR (to_jsonb(OLD) ->> changing[1]) IS DISTINCT FROM TG_ARGV[1] THEN
        RAISE EXCEPTION 'Ce que dit une banque, et ce qui en est rapproché, ne change ni ne s''efface (%, %).',
            TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'bank_row_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bank_line_is_kept BEFORE UPDATE OR DELETE ON payments_bankline
    FOR EACH ROW EXECUTE FUNCTION payments_keep_bank_row('live', 'true');
CREATE TRIGGER bank_match_line_is_kept BEFORE UPDATE OR DELETE ON payments_bankmatchline
    FOR EACH ROW EXECUTE FUNCTION payments_keep_bank_row('live', 'true');
CREATE TRIGGER bank_match_item_is_kept BEFORE UPDATE OR DELETE ON payments_bankmatchitem
    FOR EACH ROW EXECUTE FUNCTION payments_keep_bank_row('live', 'true');
CREATE TRIGGER bank_match_is_kept BEFORE UPDATE OR DELETE ON payments_bankmatch
    FOR EACH ROW EXECUTE FUNCTION payments_keep_bank_row('undone_at undone_by_id undone_why');
CREATE TRIGGER bank_operation_is_kept BEFORE UPDATE OR DELETE ON payments_bankoperation
    FOR EACH ROW EXECUTE FUNCTION payments_keep_bank_row('approved_at approved_by_id entry_id');
CREATE TRIGGER bank_statement_is_kept BEFORE UPDATE OR DELETE ON payments_bankstatement
    FOR EACH ROW EXECUTE FUNCTION payments_keep_bank_row('undone_at undone_by_id undone_why lines repeated');
CREATE TRIGGER bank_statement_never_truncated BEFORE TRUNCATE ON payments_bankstatement
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_emptying();
CREATE TRIGGER bank_line_never_truncated BEFORE TRUNCATE ON payments_bankline
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_emptying();
CREATE TRIGGER bank_match_never_truncated BEFORE TRUNCATE ON payments_bankmatch
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_emptying();
CREATE TRIGGER bank_match_line_never_truncated BEFORE TRUNCATE ON payments_bankmatchline
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_emptying();
CREATE TRIGGER bank_match_item_never_truncated BEFORE TRUNCATE ON payments_bankmatchitem
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_emptying();
CREATE TRIGGER bank_operation_never_truncated BEFORE TRUNCATE ON payments_bankoperation
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_emptying();

-- A statement is taken back while nothing hangs on it: no later statement, no match; its lines go with it.
CREATE FUNCTION payments_guard_bank_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Who matches holds the account too: nothing is matched while a statement goes.
    PERFORM 1 FROM payments_bankaccount WHERE id = NEW.bank_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM payments_bankstatement
            WHERE bank_id = NEW.bank_id AND id > NEW.id AND undone_at IS NULL) THEN
        RAISE EXCEPTION 'Un relevé pris après celui-ci s''appuie sur lui (relevé %).', NEW.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'bank_statement_is_the_last';
    END IF;
    IF EXISTS (SELECT FROM payments_bankline AS line
            JOIN payments_bankmatchline AS matched ON matched.line_id = line.id AND matched.live
            WHERE line.statement_id = NEW.id) THEN
        RAISE EXCEPTION 'Des lignes de ce relevé sont rapprochées (relevé %).', NEW.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'bank_statement_is_not_matched';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bank_statement_goes_alone BEFORE UPDATE OF undone_at ON payments_bankstatement
    FOR EACH ROW WHEN (OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL)
    EXECUTE FUNCTION payments_guard_bank_statement();

CREATE FUNCTION payments_check_bank_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM payments_bankstatement AS statement JOIN payments_bankline AS line ON line.id = NEW.id
            WHERE statement.id = line.statement_id
                AND (line.live <> (statement.undone_at IS NULL) OR line.bank_id <> statement.bank_id)) THEN
        RAISE EXCEPTION 'Une ligne vaut tant que son relevé vaut (ligne %).', NEW.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'bank_line_follows_its_statement';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER bank_line_follows_its_statement AFTER INSERT OR UPDATE ON payments_bankline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_check_bank_line();

CREATE FUNCTION payments_check_bank_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM payments_bankline AS line JOIN payments_bankstatement AS statement
                ON statement.id = line.statement_id
            WHERE statement.id = NEW.id AND line.live <> (statement.undone_at IS NULL)) THEN
        RAISE EXCEPTION 'Un relevé retiré l''est avec ses lignes (relevé %).', NEW.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'bank_line_follows_its_statement';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER bank_statement_goes_whole AFTER UPDATE ON payments_bankstatement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_check_bank_statement();

-- A mirrored account changes what is an item: not once one of its items is matched.
CREATE FUNCTION payments_guard_bank_mirror() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.account_id ELSE OLD.account_id END;
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (
        SELECT FROM payments_bankmatchitem
        WHERE live AND bank_id = CASE TG_OP WHEN 'INSERT' THEN NEW.bank_id ELSE OLD.bank_id END
            AND touched IN (debit_id, credit_id)
    ) THEN
        RAISE EXCEPTION 'Des écritures de ce compte sont rapprochées avec la banque (compte %).', touched
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'bank_mirror_is_not_matched';
    END IF;
    RETURN CASE TG_OP WHEN 'INSERT' THEN NEW ELSE OLD END;
END $$;
CREATE TRIGGER bank_mirror_is_not_matched BEFORE INSERT OR UPDATE OR DELETE ON payments_bankmirror
    FOR EACH ROW EXECUTE FUNCTION payments_guard_bank_mirror();
