-- creates: what an agreement has committed with an agency, and the refusal of an advance beyond it without a decision
CREATE FUNCTION payments_committed(agreement bigint, agency bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(total.agency_xof + total.paid_xof), 0)::bigint
    FROM payments_total AS total
    JOIN programmes_fundingline AS funding ON funding.id = total.funding_line_id
    WHERE funding.agreement_id = agreement AND total.agency_id = agency
$$;

CREATE FUNCTION payments_guard_advance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.approved_at IS NOT NULL THEN
        IF TG_OP = 'DELETE' OR (to_jsonb(OLD) - 'cleared_xof') <> (to_jsonb(NEW) - 'cleared_xof') THEN
            RAISE EXCEPTION 'Une avance approuvée ne change que par son apurement (avance %).', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    -- One advance of an agency is approved at a time: each sees the others.
    PERFORM 1 FROM programmes_agency WHERE id = NEW.agency_id FOR NO KEY UPDATE;
    IF NEW.approved_at IS NOT NULL AND NEW.decision = '' AND NEW.amount_xof + (
            SELECT coalesce(sum(amount_xof), 0) FROM programmes_advance
            WHERE agreement_id = NEW.agreement_id AND agency_id = NEW.agency_id AND approved_at IS NOT NULL
        ) > payments_committed(NEW.agreement_id, NEW.agency_id)
    THEN
        RAISE EXCEPTION 'Les avances dépassent ce qui est engagé avec l''agence (avance %).', NEW.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'advance_within_commitment';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER advance_is_kept BEFORE UPDATE ON programmes_advance
    FOR EACH ROW EXECUTE FUNCTION payments_guard_advance();
CREATE TRIGGER advance_stays BEFORE DELETE ON programmes_advance
    FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION payments_guard_advance();
CREATE FUNCTION payments_advance_starts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une avance naît sans approbation.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER advance_starts_unapproved BEFORE INSERT ON programmes_advance
    FOR EACH ROW WHEN (NEW.approved_at IS NOT NULL) EXECUTE FUNCTION payments_advance_starts();
