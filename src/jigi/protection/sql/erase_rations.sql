-- reads: erased_household, erased_person; writes: delivery_censusentry (births and guardians), delivery_handout (names of
-- proxies), delivery_censushealth and delivery_screening (taken away); rations, lots and stock stay, which name nobody
WITH gone AS (
    SELECT entry.id FROM delivery_censusentry AS entry JOIN erased_person AS erased ON erased.id = entry.person_id
), said AS (
    DELETE FROM delivery_censushealth WHERE entry_id IN (SELECT id FROM gone)
), measured AS (
    DELETE FROM delivery_screening WHERE entry_id IN (SELECT id FROM gone)
), came AS (
    UPDATE delivery_handout SET proxy_name = 'effacé'
    WHERE receiver = 'proxy' AND proxy_name <> 'effacé' AND person_id IN (SELECT id FROM erased_person)
)
UPDATE delivery_censusentry SET birth_date = NULL, birth_precision = NULL WHERE id IN (SELECT id FROM gone)
