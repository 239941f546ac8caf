-- creates: payments_entitlement and payments_instruction (partitioned by round) and the triggers that guard them
CREATE SEQUENCE payments_entitlement_id_seq;
CREATE SEQUENCE payments_instruction_id_seq;

CREATE TABLE payments_entitlement (
    id bigint NOT NULL DEFAULT nextval('payments_entitlement_id_seq'),
    round_id bigint NOT NULL REFERENCES payments_paymentround (id),
    component_id bigint NOT NULL REFERENCES programmes_component (id),
    household_id bigint NOT NULL REFERENCES registry_household (id),
    enrolment_id bigint NOT NULL REFERENCES enrolment_enrolment (id),
    funding_line_id bigint NOT NULL REFERENCES programmes_fundingline (id),
    recipient_id bigint NOT NULL REFERENCES registry_person (id),
    commune_id bigint NOT NULL REFERENCES geography_area (id),
    agency_id bigint NOT NULL REFERENCES programmes_agency (id),
    account_sealed bytea NOT NULL,
    account_index bytea NOT NULL,
    pay_point varchar(120) NOT NULL,
    amount_xof bigint NOT NULL,
    status varchar(10) NOT NULL DEFAULT 'due',
    attempts smallint NOT NULL DEFAULT 1,
    CONSTRAINT entitlement_amount_is_positive CHECK (amount_xof > 0),
    CONSTRAINT entitlement_status_known CHECK (status IN ('due', 'paid', 'owed', 'returned', 'cancelled')),
    CONSTRAINT entitlement_commune_of_its_round FOREIGN KEY (round_id, commune_id)
        REFERENCES payments_roundcommune (payment_round_id, commune_id),
    CONSTRAINT entitlement_pkey PRIMARY KEY (id, round_id),
    CONSTRAINT entitlement_one_per_household UNIQUE (round_id, household_id)
) PARTITION BY LIST (round_id);
CREATE INDEX entitlement_by_household ON payments_entitlement (household_id);

CREATE TABLE payments_instruction (
    id bigint NOT NULL DEFAULT nextval('payments_instruction_id_seq'),
    origin_round_id bigint NOT NULL REFERENCES payments_paymentround (id),
    entitlement_id bigint NOT NULL,
    round_id bigint NOT NULL REFERENCES payments_paymentround (id),
    component_id bigint NOT NULL REFERENCES programmes_component (id),
    household_id bigint NOT NULL REFERENCES registry_household (id),
    funding_line_id bigint NOT NULL REFERENCES programmes_fundingline (id),
    recipient_id bigint NOT NULL REFERENCES registry_person (id),
    commune_id bigint NOT NULL REFERENCES geography_area (id),
    agency_id bigint NOT NULL REFERENCES programmes_agency (id),
    account_sealed bytea NOT NULL,
    account_index bytea NOT NULL,
    pay_point varchar(120) NOT NULL,
    reference varchar(30) NOT NULL,
    kind varchar(8) NOT NULL,
    attempt smallint NOT NULL,
    amount_xof bigint NOT NULL,
    status varchar(10) NOT NULL DEFAULT 'open',
    settled_on date,
    return_line_id bigint,
    CONSTRAINT instruction_amount_is_positive CHECK (amount_xof > 0),
    CONSTRAINT instruction_kind_known CHECK (kind IN ('right', 'arrears')),
    CONSTRAINT instruction_status_known
        CHECK (status IN ('open', 'paid', 'absent', 'refused', 'unanswered', 'reversed')),
    CONSTRAINT instruction_paid_has_a_day CHECK (status <> 'paid' OR settled_on IS NOT NULL),
    CONSTRAINT instruction_pkey PRIMARY KEY (id, origin_round_id),
    CONSTRAINT instruction_reference_once UNIQUE (origin_round_id, reference),
    CONSTRAINT instruction_attempt_once UNIQUE (origin_round_id, entitlement_id, attempt)
    -- instruction_of_its_entitlement, the foreign key to its right, is made partition by partition (at the end of
    -- this file): checked against the whole table, each new round would read every past one.
) PARTITION BY LIST (origin_round_id);
CREATE INDEX instruction_by_round ON payments_instruction (round_id, agency_id);
CREATE INDEX instruction_by_household ON payments_instruction (household_id);

CREATE FUNCTION payments_guard_frozen_list() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    round_status text;
BEGIN
    SELECT status INTO round_status FROM payments_paymentround
        WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.round_id ELSE NEW.round_id END;
    IF round_status NOT IN ('draft', 'prepared') THEN
        RAISE EXCEPTION 'La liste d''un tour gelé ne change plus (tour %).',
            CASE TG_OP WHEN 'DELETE' THEN OLD.round_id ELSE NEW.round_id END
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER entitlement_list_is_frozen
    BEFORE INSERT OR DELETE OR UPDATE OF round_id, component_id, household_id, enrolment_id, funding_line_id,
        recipient_id, commune_id, agency_id, account_index, pay_point, amount_xof
    ON payments_entitlement FOR EACH ROW EXECUTE FUNCTION payments_guard_frozen_list();
CREATE TRIGGER instruction_list_is_frozen
    BEFORE INSERT OR DELETE OR UPDATE OF round_id, origin_round_id, entitlement_id, component_id, household_id,
        funding_line_id, recipient_id, commune_id, agency_id, account_index, pay_point, reference, kind, attempt,
        amount_xof
    ON payments_instruction FOR EACH ROW EXECUTE FUNCTION payments_guard_frozen_list();

-- The list promises the account of an index; account_sealed is the same account in clear to who has the key. It may
-- change in two ways, and in no other:
--
-- * A key that is retired changes the ciphertext and nothing that was promised: same length, other version of key. Who
--   held the key and lied would still be found: the order file is written from accounts that open to the index of their
--   line, and from no other (payments/orders.py).
-- * A person has their data erased: the ciphertext is emptied, for good, and only where no money waits for it: a line
--   that is settled, of a round that is closed. The index stays. It is a digest under a key that is not in the
--   database, it names nobody, and the hash of the list is made of it: an erased list is verified as before.
CREATE FUNCTION payments_guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF substr(OLD.account_sealed, 1, 1) <> substr(NEW.account_sealed, 1, 1)
            AND length(OLD.account_sealed) = length(NEW.account_sealed) THEN
        RETURN NEW;
    END IF;
    IF NEW.account_sealed = '' AND NEW.account_index = OLD.account_index AND NEW.status NOT IN ('due', 'owed', 'open')
            AND EXISTS (SELECT FROM payments_paymentround WHERE id = NEW.round_id AND status = 'closed') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Le compte de % % ne change que par la rotation des clés du coffre, ou s''efface une fois payé.',
        TG_ARGV[0], OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER entitlement_account_is_kept BEFORE UPDATE OF account_sealed ON payments_entitlement
    FOR EACH ROW WHEN (OLD.account_sealed <> NEW.account_sealed) EXECUTE FUNCTION payments_guard_account('droit');
CREATE TRIGGER instruction_account_is_kept BEFORE UPDATE OF account_sealed ON payments_instruction
    FOR EACH ROW WHEN (OLD.account_sealed <> NEW.account_sealed) EXECUTE FUNCTION payments_guard_account('ordre');

CREATE FUNCTION payments_reference(round_id bigint, entitlement_id bigint, attempt smallint) RETURNS varchar
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- payments.rules.reference says the same; a test holds the two together. Texts are cast one by one and
    -- remainders taken early (10^14 is 53 modulo 97), so that the planner can write the function into the query.
    SELECT round_id::text || '-' || entitlement_id::text || '-' || attempt::text || '-' || lpad((98 - mod(
        (mod(mod(round_id, 97) * 53 + mod(entitlement_id, 97), 97) * 10 + attempt) * 100, 97))::text, 2, '0')
$$;

-- No index may depend on a status, or a return of a million lines would rewrite every index. What is owed is
-- therefore kept in a small table of its own, by a trigger; and one live order per entitlement, by another.
CREATE TABLE payments_owed (
    round_id bigint NOT NULL,
    entitlement_id bigint NOT NULL,
    component_id bigint NOT NULL,
    commune_id bigint NOT NULL,
    CONSTRAINT owed_pkey PRIMARY KEY (round_id, entitlement_id)
);
CREATE INDEX owed_by_place ON payments_owed (component_id, commune_id);

CREATE FUNCTION payments_keep_owed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'owed' THEN
        INSERT INTO payments_owed VALUES (NEW.round_id, NEW.id, NEW.component_id, NEW.commune_id);
    ELSE
        DELETE FROM payments_owed WHERE round_id = NEW.round_id AND entitlement_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER entitlement_keeps_owed AFTER UPDATE OF status ON payments_entitlement
    FOR EACH ROW WHEN ((OLD.status = 'owed') <> (NEW.status = 'owed')) EXECUTE FUNCTION payments_keep_owed();

CREATE FUNCTION payments_refuse_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% % ne peut passer de « % » à « % ».', TG_ARGV[0], OLD.id, OLD.status, NEW.status
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER entitlement_moves BEFORE UPDATE OF status ON payments_entitlement
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NOT (
        OLD.status = 'due' AND NEW.status IN ('paid', 'owed', 'cancelled')
        OR OLD.status = 'owed' AND NEW.status IN ('paid', 'returned')
        OR OLD.status = 'paid' AND NEW.status = 'owed'))
    EXECUTE FUNCTION payments_refuse_move('Le droit');
CREATE TRIGGER instruction_moves BEFORE UPDATE OF status ON payments_instruction
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NOT (
        OLD.status = 'open' AND NEW.status IN ('paid', 'absent', 'refused', 'unanswered', 'reversed')
        OR OLD.status = 'paid' AND NEW.status = 'reversed'))
    EXECUTE FUNCTION payments_refuse_move('L''ordre');

CREATE FUNCTION payments_guard_second_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    right_of payments_entitlement;
BEGIN
    SELECT * INTO right_of FROM payments_entitlement
        WHERE id = NEW.entitlement_id AND round_id = NEW.origin_round_id FOR UPDATE;
    IF right_of.status <> 'owed' OR right_of.attempts <> NEW.attempt - 1
            OR right_of.amount_xof <> NEW.amount_xof OR right_of.household_id <> NEW.household_id
            OR EXISTS (SELECT FROM payments_instruction AS live
                WHERE live.origin_round_id = NEW.origin_round_id AND live.entitlement_id = NEW.entitlement_id
                    AND live.status IN ('open', 'paid')) THEN
        RAISE EXCEPTION 'Le droit % a déjà un ordre vivant, ou n''est plus dû.', NEW.entitlement_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER instruction_one_live BEFORE INSERT ON payments_instruction
    FOR EACH ROW EXECUTE FUNCTION payments_guard_second_order();

CREATE FUNCTION payments_refuse_loss(round bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM payments_paymentround WHERE id = round AND status NOT IN ('draft', 'prepared', 'cancelled'))
    THEN
        RAISE EXCEPTION 'La liste d''un tour gelé ne s''efface pas (tour %).', round
            USING ERRCODE = 'restrict_violation';
    END IF;
END $$;
INSERT INTO foundation_partitioned VALUES
('payments_entitlement', '', '', 'SELECT payments_refuse_loss({key})'),
('payments_instruction', '',
    'ALTER TABLE {table} ADD CONSTRAINT instruction_of_its_entitlement FOREIGN KEY (entitlement_id, origin_round_id)
        REFERENCES payments_entitlement_p{key} (id, round_id)',
    'SELECT payments_refuse_loss({key})');

-- Who enrolled a household does not release its money: ghosts are made by one hand and paid by another, never the same.
CREATE FUNCTION payments_refuse_enroller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM enrolment_cohort AS cohort
        JOIN enrolment_enrolment AS enrolled ON enrolled.cohort_id = cohort.id
        JOIN payments_instruction AS line ON line.household_id = enrolled.household_id AND line.round_id = NEW.id
        WHERE cohort.made_by_id = NEW.released_by_id AND cohort.component_id = NEW.component_id
    ) THEN
        RAISE EXCEPTION 'Qui a inscrit des ménages d''un tour ne le libère pas (tour %).', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER round_releaser_enrolled_nobody BEFORE INSERT OR UPDATE OF released_by_id ON payments_paymentround
    FOR EACH ROW WHEN (NEW.released_by_id IS NOT NULL) EXECUTE FUNCTION payments_refuse_enroller();
