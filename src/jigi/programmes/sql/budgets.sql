-- creates: the budget in force of an agreement, the line that pays a term, what holds a budget to its agreement
CREATE TRIGGER budget_never_changes BEFORE UPDATE OR DELETE ON programmes_budget
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER budget_never_truncated BEFORE TRUNCATE ON programmes_budget
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER budget_line_never_changes BEFORE UPDATE OR DELETE ON programmes_budgetline
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER budget_line_never_truncated BEFORE TRUNCATE ON programmes_budgetline
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();

CREATE FUNCTION programmes_budget_of(of_agreement bigint, day date) RETURNS bigint LANGUAGE sql STABLE AS $$
    -- The last that was confirmed, else what was signed: programmes.budgets.in_force says the same.
    SELECT said.id
    FROM programmes_budget AS said
    LEFT JOIN programmes_amendment AS amended ON amended.id = said.amendment_id
    LEFT JOIN programmes_amendmentdecision AS decided ON decided.amendment_id = amended.id
    WHERE said.agreement_id = of_agreement AND (amended.id IS NULL OR decided.confirmed AND amended.signed_on <= day)
    ORDER BY coalesce(amended.number, 0) DESC
    LIMIT 1
$$;

CREATE FUNCTION programmes_budget_line(of_budget bigint, of_purpose text, of_component bigint, of_year int)
RETURNS bigint LANGUAGE sql STABLE AS $$
    -- programmes.budget_rules.line_of says the same; a test holds the two together.
    SELECT line.id
    FROM programmes_budgetline AS line
    JOIN programmes_component AS asked ON asked.id = of_component
    JOIN programmes_programme AS programme ON programme.id = asked.programme_id
    WHERE line.budget_id = of_budget AND line.purpose = of_purpose
        AND line.component IN ('', programme.code || '.' || asked.code) AND (line.year IS NULL OR line.year = of_year)
    ORDER BY line.component = '', line.year IS NULL
    LIMIT 1
$$;

CREATE FUNCTION programmes_granted(of_agreement bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT agreement.amount_xof + coalesce((
        SELECT sum(CASE amended.kind WHEN 'reduction' THEN -amended.amount_xof ELSE amended.amount_xof END)
        FROM programmes_amendment AS amended
        JOIN programmes_amendmentdecision AS decided ON decided.amendment_id = amended.id AND decided.confirmed
        WHERE amended.agreement_id = agreement.id AND amended.amount_xof IS NOT NULL), 0)::bigint
    FROM programmes_agreement AS agreement WHERE agreement.id = of_agreement
$$;

CREATE FUNCTION programmes_check_budget(said bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM programmes_budget AS whole WHERE whole.id = said AND (whole.lines_count, whole.total_xof) <> (
            SELECT count(*), coalesce(sum(line.amount_xof), 0) FROM programmes_budgetline AS line
            WHERE line.budget_id = said)
    ) THEN
        RAISE EXCEPTION 'Un budget se dit en entier, une fois : ses lignes ne font pas son total.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_is_said_whole';
    END IF;
END $$;
CREATE FUNCTION programmes_budget_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'programmes_budgetline' THEN
        PERFORM programmes_check_budget(NEW.budget_id);
        RETURN NULL;
    END IF;
    PERFORM programmes_check_budget(NEW.id);
    IF NEW.amendment_id IS NOT NULL AND NOT EXISTS (SELECT FROM programmes_amendment AS a
            WHERE a.id = NEW.amendment_id AND a.agreement_id = NEW.agreement_id AND a.kind = 'budget') THEN
        RAISE EXCEPTION 'Un budget est celui d''un avenant de sa convention.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_is_of_its_amendment';
    END IF;
    IF NEW.amendment_id IS NULL AND NEW.total_xof > programmes_granted(NEW.agreement_id) THEN
        RAISE EXCEPTION 'Un budget dépasse le montant de sa convention.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_within_its_agreement';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER budget_is_said_whole AFTER INSERT ON programmes_budget
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION programmes_budget_is_whole();
CREATE CONSTRAINT TRIGGER budget_line_is_of_a_whole AFTER INSERT ON programmes_budgetline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION programmes_budget_is_whole();

-- What an amendment of this kind changes is written with it.
CREATE FUNCTION programmes_budget_is_said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM programmes_budget WHERE amendment_id = NEW.id) THEN
        RAISE EXCEPTION 'Un avenant de budget dit ses lignes.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'amendment_says_its_budget';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER amendment_says_its_budget AFTER INSERT ON programmes_amendment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind = 'budget')
    EXECUTE FUNCTION programmes_budget_is_said();

-- A confirmed budget, or a confirmed reduction, leaves the budget in force within what is granted.
CREATE FUNCTION programmes_budget_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_agreement bigint;
BEGIN
    SELECT agreement_id INTO of_agreement FROM programmes_amendment WHERE id = NEW.amendment_id;
    IF (SELECT total_xof FROM programmes_budget WHERE id = programmes_budget_of(of_agreement, 'infinity'))
            > programmes_granted(of_agreement) THEN
        RAISE EXCEPTION 'Un budget dépasse le montant de sa convention.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_within_its_agreement';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER budget_within_its_agreement AFTER INSERT ON programmes_amendmentdecision
    FOR EACH ROW WHEN (NEW.confirmed) EXECUTE FUNCTION programmes_budget_fits()
