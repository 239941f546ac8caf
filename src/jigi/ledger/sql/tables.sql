-- creates: ledger_posting (partitioned by book), the triggers that keep balances and forbid changes
CREATE SEQUENCE ledger_posting_id_seq;

CREATE TABLE ledger_posting (
    id bigint NOT NULL DEFAULT nextval('ledger_posting_id_seq'),
    book_id bigint NOT NULL REFERENCES ledger_book (id),
    entry_id bigint NOT NULL REFERENCES ledger_entry (id),
    kind varchar(10) NOT NULL,
    item bigint NOT NULL,
    attempt smallint NOT NULL DEFAULT 1,
    debit_id bigint NOT NULL REFERENCES ledger_account (id),
    credit_id bigint NOT NULL REFERENCES ledger_account (id),
    amount_xof bigint NOT NULL,
    CONSTRAINT posting_amount_is_positive CHECK (amount_xof > 0),
    CONSTRAINT posting_moves_between_two_accounts CHECK (debit_id <> credit_id),
    CONSTRAINT posting_kind_known
        CHECK (kind IN ('grant', 'reserve', 'commit', 'pay', 'unpaid', 'reverse', 'refund')),
    CONSTRAINT posting_pkey PRIMARY KEY (book_id, id),
    CONSTRAINT posting_once UNIQUE (book_id, kind, item, attempt, debit_id, credit_id)
) PARTITION BY LIST (book_id);

CREATE FUNCTION ledger_keep_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Accounts are locked in the order of their numbers, so that two entries can't wait for each other.
    PERFORM 1 FROM ledger_account WHERE id IN (SELECT debit_id FROM posted UNION SELECT credit_id FROM posted)
        ORDER BY id FOR UPDATE;
    UPDATE ledger_account AS account SET balance_xof = balance_xof + moved.amount
    FROM (
        SELECT id, sum(amount)::bigint AS amount
        FROM (SELECT debit_id AS id, sum(amount_xof) AS amount FROM posted GROUP BY debit_id
              UNION ALL
              SELECT credit_id, -sum(amount_xof) FROM posted GROUP BY credit_id) AS sides
        GROUP BY id
    ) AS moved
    WHERE account.id = moved.id;
    RETURN NULL;
END $$;

CREATE TRIGGER posting_keeps_balances AFTER INSERT ON ledger_posting
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_balances();
CREATE TRIGGER posting_never_changes BEFORE UPDATE OR DELETE ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER posting_never_truncated BEFORE TRUNCATE ON ledger_posting
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();

CREATE FUNCTION ledger_guard_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'Le solde d''un compte ne change que par un mouvement.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER account_balance_is_kept BEFORE UPDATE OF balance_xof ON ledger_account
    FOR EACH ROW WHEN (OLD.balance_xof IS DISTINCT FROM NEW.balance_xof) EXECUTE FUNCTION ledger_guard_balance();
CREATE TRIGGER entry_never_changes BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();

CREATE TRIGGER account_opens_empty BEFORE INSERT ON ledger_account
    FOR EACH ROW WHEN (NEW.balance_xof <> 0) EXECUTE FUNCTION ledger_guard_balance();

INSERT INTO ledger_book (code, title) VALUES ('general', 'Livre général');
CREATE TABLE ledger_posting_general PARTITION OF ledger_posting
    FOR VALUES IN (1);
CREATE TRIGGER posting_keeps_balances AFTER INSERT ON ledger_posting_general
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_balances();
-- A statement trigger isn't inherited by partitions: each has its own.
CREATE TRIGGER posting_never_truncated BEFORE TRUNCATE ON ledger_posting_general
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();
INSERT INTO foundation_partitioned VALUES ('ledger_posting',
    'CREATE TRIGGER posting_keeps_balances AFTER INSERT ON {table} REFERENCING NEW TABLE AS posted
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_balances();
    CREATE TRIGGER posting_never_truncated BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change()',
    '',
    'SELECT ledger_refuse_loss()');
CREATE FUNCTION ledger_refuse_loss() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un livre de comptes ne s''efface pas.' USING ERRCODE = 'restrict_violation';
END $$;
