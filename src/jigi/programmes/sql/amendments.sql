-- creates: the triggers that keep agreements as signed, their documents, amendments and decisions as written
CREATE TRIGGER document_never_changes BEFORE UPDATE OR DELETE ON programmes_agreementdocument
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER document_never_truncated BEFORE TRUNCATE ON programmes_agreementdocument
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER amendment_never_changes BEFORE UPDATE OR DELETE ON programmes_amendment
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER amendment_never_truncated BEFORE TRUNCATE ON programmes_amendment
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER decision_never_changes BEFORE UPDATE OR DELETE ON programmes_amendmentdecision
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER decision_never_truncated BEFORE TRUNCATE ON programmes_amendmentdecision
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();

-- Not jigi_refuse_change(), which says that a table only grows: the rest of an agreement may follow its file.
CREATE FUNCTION programmes_keep_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Ce qui est signé d''une convention ne se modifie pas : passer un avenant.'
        USING ERRCODE = 'restrict_violation';
END $$;
-- The name, the closing of the file and its first value may follow the file: no sum and no rate ever does.
CREATE TRIGGER agreement_stays_as_signed
    BEFORE UPDATE OF code, donor, currency, amount, rate, rate_on, amount_xof, effective_on, signed_on, management_bp
    ON programmes_agreement FOR EACH ROW
    WHEN ((OLD.code, OLD.donor, OLD.currency, OLD.amount, OLD.rate, OLD.rate_on, OLD.amount_xof, OLD.effective_on,
            OLD.signed_on, OLD.management_bp)
        IS DISTINCT FROM (NEW.code, NEW.donor, NEW.currency, NEW.amount, NEW.rate, NEW.rate_on, NEW.amount_xof,
            NEW.effective_on, NEW.signed_on, NEW.management_bp))
    EXECUTE FUNCTION programmes_keep_signed();

CREATE FUNCTION programmes_check_amendment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    signed record;
BEGIN
    SELECT (a.currency = 'XOF') AS xof INTO signed FROM programmes_agreement AS a WHERE a.id = NEW.agreement_id;
    IF NEW.amount_xof IS NOT NULL AND signed.xof <> (NEW.rate IS NULL) THEN
        RAISE EXCEPTION 'Le montant d''un avenant est dans la monnaie de sa convention.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'amendment_is_in_the_currency_of_its_agreement';
    END IF;
    IF NOT EXISTS (SELECT FROM programmes_agreementdocument AS d
            WHERE d.id = NEW.document_id AND d.agreement_id = NEW.agreement_id) THEN
        RAISE EXCEPTION 'Le document d''un avenant est un document de sa convention.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'amendment_document_is_of_its_agreement';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER amendment_is_of_its_agreement BEFORE INSERT ON programmes_amendment
    FOR EACH ROW EXECUTE FUNCTION programmes_check_amendment();

CREATE FUNCTION programmes_check_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.by_id = (SELECT asked_by_id FROM programmes_amendment WHERE id = NEW.amendment_id) THEN
        RAISE EXCEPTION 'Qui a demandé un avenant ne le décide pas.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'amendment_is_decided_by_another';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER amendment_is_decided_by_another BEFORE INSERT ON programmes_amendmentdecision
    FOR EACH ROW EXECUTE FUNCTION programmes_check_decision();
