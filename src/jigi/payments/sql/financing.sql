-- creates: the refusal of money of an agreement that is reserved for a term which it may not finance
CREATE FUNCTION payments_guard_financing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    -- A statement that reserves nothing (handing over, spending, giving back) is let through at once.
    SELECT agreement.code AS agreement, area.name AS commune INTO wrong
    FROM (SELECT DISTINCT round_id, funding_line_id, component_id, commune_id FROM kept WHERE kind = 'reserve') AS owed
    JOIN payments_paymentround AS round ON round.id = owed.round_id
    JOIN programmes_fundingline AS line ON line.id = owed.funding_line_id
    JOIN programmes_agreement AS agreement ON agreement.id = line.agreement_id
    JOIN geography_area AS area ON area.id = owed.commune_id
    WHERE programmes_ineligible(agreement.id, owed.component_id, owed.commune_id, round.covers_from,
        round.covers_until, current_date) <> ''
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'La convention % ne finance pas cette échéance à %.', wrong.agreement, wrong.commune
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reserved_money_is_eligible';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER total_is_eligible AFTER INSERT ON payments_total
    REFERENCING NEW TABLE AS kept FOR EACH STATEMENT EXECUTE FUNCTION payments_guard_financing();
-- What is reserved is never changed by the acts that post; a statement that would change it is held to the same.
CREATE TRIGGER total_stays_eligible AFTER UPDATE ON payments_total
    REFERENCING NEW TABLE AS kept FOR EACH STATEMENT EXECUTE FUNCTION payments_guard_financing()
