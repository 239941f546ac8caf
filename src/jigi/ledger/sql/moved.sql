-- creates: ledger_moved, what each entry moved, kept by the trigger that keeps balances; the closing of periods; widens the kinds
ALTER TABLE ledger_posting DROP CONSTRAINT posting_kind_known;
ALTER TABLE ledger_posting ADD CONSTRAINT posting_kind_known CHECK (kind IN ('grant', 'reserve', 'commit', 'pay',
    'unpaid', 'reverse', 'refund', 'undo', 'fee', 'open', 'advance', 'clear'));

-- Entries that posted before accounting dates existed are dated of their day.
ALTER TABLE ledger_entry DISABLE TRIGGER entry_never_changes;
UPDATE ledger_entry SET accounted_on = (posted_at AT TIME ZONE 'UTC')::date;
ALTER TABLE ledger_entry ENABLE TRIGGER entry_never_changes;
CREATE INDEX entry_by_accounting_date ON ledger_entry (accounted_on);

-- One row for each entry, book, kind and pair of accounts, however many postings: statements and trial balances read
-- these, never the postings. `ledger prove` and the nightly check recompute them.
CREATE TABLE ledger_moved (
    entry_id bigint NOT NULL REFERENCES ledger_entry (id),
    book_id bigint NOT NULL REFERENCES ledger_book (id),
    kind varchar(10) NOT NULL,
    debit_id bigint NOT NULL REFERENCES ledger_account (id),
    credit_id bigint NOT NULL REFERENCES ledger_account (id),
    lines bigint NOT NULL,
    amount_xof bigint NOT NULL,
    CONSTRAINT moved_something CHECK (lines > 0 AND amount_xof > 0),
    CONSTRAINT moved_pkey PRIMARY KEY (entry_id, book_id, kind, debit_id, credit_id)
);
CREATE INDEX moved_by_debit ON ledger_moved (debit_id);
CREATE INDEX moved_by_credit ON ledger_moved (credit_id);
INSERT INTO ledger_moved
SELECT entry_id, book_id, kind, debit_id, credit_id, count(*), sum(amount_xof) FROM ledger_posting GROUP BY 1, 2, 3, 4, 5;

CREATE FUNCTION ledger_guard_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 OR TG_OP IN ('DELETE', 'TRUNCATE') THEN
        RAISE EXCEPTION 'Les totaux des écritures ne changent que par un mouvement.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER moved_is_kept BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ledger_moved
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard_moved();

ALTER TABLE ledger_closing ADD CONSTRAINT closing_of_a_period_once
    EXCLUDE USING gist (daterange(starts_on, ends_on, '[]') WITH &&) WHERE (reopened_at IS NULL);
ALTER TABLE ledger_closing ADD CONSTRAINT closing_after_its_last_day
    CHECK (ends_on < (closed_at AT TIME ZONE 'UTC')::date);
CREATE FUNCTION ledger_guard_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une clôture comptable ne change ni ne s''efface : elle se rouvre (clôture %).', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER closing_stays BEFORE DELETE OR UPDATE OF starts_on, ends_on, closed_by_id, closed_at ON ledger_closing
    FOR EACH ROW EXECUTE FUNCTION ledger_guard_closing();

CREATE OR REPLACE FUNCTION ledger_keep_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed record;
BEGIN
    -- Who posts shares the lock that who closes holds alone: no posting passes while a period is being closed.
    PERFORM pg_advisory_xact_lock_shared(hashtext('ledger_closing'));
    SELECT closing.starts_on, closing.ends_on, entry.accounted_on INTO closed
    FROM ledger_entry AS entry
    JOIN ledger_closing AS closing ON closing.reopened_at IS NULL
        AND entry.accounted_on BETWEEN closing.starts_on AND closing.ends_on
    WHERE entry.id IN (SELECT entry_id FROM posted)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'La période comptable du % au % est close : rien n''y passe à la date du %.',
            to_char(closed.starts_on, 'DD/MM/YYYY'), to_char(closed.ends_on, 'DD/MM/YYYY'),
            to_char(closed.accounted_on, 'DD/MM/YYYY')
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'period_is_closed';
    END IF;
    -- Accounts are locked in the order of their numbers, so that two entries can't wait for each other.
    PERFORM 1 FROM ledger_account WHERE id IN (SELECT debit_id FROM posted UNION SELECT credit_id FROM posted)
        ORDER BY id FOR UPDATE;
    -- The postings are read once: what each entry moved, and from it what each account gained.
    WITH sums AS MATERIALIZED (
        SELECT entry_id, book_id, kind, debit_id, credit_id, count(*) AS lines, sum(amount_xof)::bigint AS amount_xof
        FROM posted GROUP BY entry_id, book_id, kind, debit_id, credit_id
    ), kept AS (
        INSERT INTO ledger_moved AS moved SELECT * FROM sums
        ON CONFLICT ON CONSTRAINT moved_pkey DO UPDATE
            SET lines = moved.lines + excluded.lines, amount_xof = moved.amount_xof + excluded.amount_xof
    )
    UPDATE ledger_account AS account SET balance_xof = balance_xof + gained.amount
    FROM (
        SELECT id, sum(amount)::bigint AS amount
        FROM (SELECT debit_id AS id, amount_xof AS amount FROM sums
              UNION ALL
              SELECT credit_id, -amount_xof FROM sums) AS sides
        GROUP BY id
    ) AS gained
    WHERE account.id = gained.id;
    RETURN NULL;
END $$;
