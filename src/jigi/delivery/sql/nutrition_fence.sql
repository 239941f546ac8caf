-- creates: the fences of what names somebody in the package: by contract; what a health centre measured or said, by acts only
SELECT foundation_fence('delivery_censusentry', 'contract_id IN (SELECT delivery_contracts())');
SELECT foundation_fence('delivery_distributionline', 'contract_id IN (SELECT delivery_contracts())');
SELECT foundation_fence('delivery_handout', 'contract_id IN (SELECT delivery_contracts())');
SELECT foundation_fence('delivery_censushealth', 'false');
SELECT foundation_fence('delivery_screening', 'false');

-- The name of somebody whom the register knows, for who sees a contract that counts them in: an operator has no scope of
-- the register, and must still call the people of its list.
CREATE FUNCTION delivery_person_name(person bigint) RETURNS text LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT known.given_names || ' ' || known.surname FROM registry_person AS known
    WHERE known.id = person AND (current_setting('role') NOT IN ('jigi_web', 'jigi_worker') OR EXISTS (
        SELECT FROM delivery_censusentry AS entry
        WHERE entry.person_id = person AND entry.contract_id IN (SELECT delivery_contracts())))
$$
