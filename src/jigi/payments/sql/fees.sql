-- creates: payments_roundfee (the rule of fees of a round in each commune and agency), payments_feetwin, and the refusal of a round without them
CREATE TABLE payments_roundfee (
    round_id bigint NOT NULL REFERENCES payments_paymentround (id),
    commune_id bigint NOT NULL REFERENCES geography_area (id),
    agency_id bigint NOT NULL REFERENCES programmes_agency (id),
    rule_id bigint NOT NULL REFERENCES programmes_feerule (id),
    CONSTRAINT roundfee_pkey PRIMARY KEY (round_id, commune_id, agency_id)
);
CREATE TRIGGER roundfee_stays BEFORE UPDATE OR DELETE ON payments_roundfee
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();

-- The account of fees that stands beside each account of a funding line: reserved, at an agency, paid.
CREATE TABLE payments_feetwin (
    account_id bigint PRIMARY KEY REFERENCES ledger_account (id),
    fee_account_id bigint NOT NULL UNIQUE REFERENCES ledger_account (id)
);

CREATE FUNCTION payments_refuse_unruled_fees() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM payments_entitlement AS e
        WHERE e.round_id = NEW.id AND NOT EXISTS (
            SELECT FROM payments_roundfee AS ruled
            WHERE ruled.round_id = NEW.id AND ruled.commune_id = e.commune_id AND ruled.agency_id = e.agency_id)
    ) THEN
        RAISE EXCEPTION 'Un tour ne s''approuve pas sans règle de frais pour chaque agence (tour %).', NEW.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'round_fees_are_ruled';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER round_fees_are_ruled BEFORE UPDATE OF status ON payments_paymentround
    FOR EACH ROW WHEN (NEW.status = 'approved' AND OLD.status <> 'approved')
    EXECUTE FUNCTION payments_refuse_unruled_fees();
