-- creates: what the database refuses of contracts: deliverables above the amount, a contract whose sum or people moved
-- once it was signed; delivery_contracts(), the contracts in the scope of who reads, operators included
CREATE FUNCTION delivery_guard_deliverables() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner record;
BEGIN
    SELECT id, amount_xof INTO owner FROM delivery_contract WHERE id = NEW.contract_id FOR NO KEY UPDATE;
    IF (SELECT coalesce(sum(amount_xof), 0) FROM delivery_deliverable
        WHERE contract_id = owner.id AND status <> 'cancelled') > owner.amount_xof THEN
        RAISE EXCEPTION 'Les livrables dépassent le montant du contrat.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_is_not_exceeded';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER contract_is_not_exceeded AFTER INSERT OR UPDATE OF amount_xof, status, contract_id
    ON delivery_deliverable FOR EACH ROW EXECUTE FUNCTION delivery_guard_deliverables();

CREATE FUNCTION delivery_guard_contract() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' AND (NEW.amount_xof, NEW.operator_id, NEW.component_id, NEW.agreement_id, NEW.sort,
            NEW.number, NEW.made_by_id, NEW.signed_by_id) IS DISTINCT FROM (OLD.amount_xof, OLD.operator_id,
            OLD.component_id, OLD.agreement_id, OLD.sort, OLD.number, OLD.made_by_id, OLD.signed_by_id) THEN
        RAISE EXCEPTION 'Un contrat signé ne change plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'contract_signed_is_kept';
    END IF;
    IF NEW.status = 'closed' AND EXISTS (SELECT FROM delivery_deliverable WHERE contract_id = NEW.id
            AND status IN ('submitted', 'accepted')) THEN
        RAISE EXCEPTION 'Un livrable remis attend encore : le contrat ne se clôt pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'contract_closed_when_settled';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contract_signed_is_kept BEFORE UPDATE ON delivery_contract
    FOR EACH ROW EXECUTE FUNCTION delivery_guard_contract();

CREATE FUNCTION delivery_contracts() RETURNS SETOF bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT contract.id FROM delivery_contract AS contract WHERE (SELECT geography_everywhere('delivery'))
    UNION
    SELECT place.contract_id
    FROM geography_delivery_cells() AS cell
    JOIN delivery_contractcommune AS place ON place.commune_id = cell.commune
    JOIN delivery_contract AS contract ON contract.id = place.contract_id
    JOIN programmes_component AS component ON component.id = contract.component_id
    JOIN programmes_programme AS programme ON programme.id = component.programme_id
        AND cell.programme IN ('', programme.code)
    UNION
    SELECT contract.id
    FROM geography_staffposting AS posting
    JOIN geography_roleright AS given ON given.role = posting.role AND given.right_code = 'delivery.operate'
    JOIN delivery_operator AS operator ON operator.code = posting.organisation
    JOIN delivery_contract AS contract ON contract.operator_id = operator.id
    JOIN programmes_component AS component ON component.id = contract.component_id
    JOIN programmes_programme AS programme ON programme.id = component.programme_id
        AND posting.programme_code IN ('', programme.code)
    JOIN foundation_user AS account ON account.id = posting.user_id AND account.is_active
    -- As contracts/queries.py: not for ever after the close.
    WHERE posting.user_id = geography_person() AND posting.organisation <> ''
        AND (contract.closed_at IS NULL OR contract.closed_at >= now() - interval '90 days')
        AND posting.starts_on <= current_date AND coalesce(posting.ends_on, 'infinity') >= current_date
$$
