-- reads: delivery_handout, delivery_distributionline, delivery_censusentry, delivery_contract, programmes_agreement,
-- registry_person; rations handed out to persons up to some age; who the register does not know is counted as the
-- census named them
SELECT CASE WHEN given.person_id IS NULL THEN -entry.id ELSE given.person_id END AS unit, given.household_id,
    given.commune_id, 'nutrition' AS kind, agreement.code AS agreement,
    CASE WHEN entry.category = 'woman' THEN 'F' ELSE person.sex END::text AS sex,
    extract(year FROM age(given.held_on, coalesce(entry.birth_date, person.birth_date)))::integer AS age,
    given.held_on AS on_day, line.grams AS amount, true AS good
FROM delivery_handout AS given
JOIN delivery_distributionline AS line ON line.id = given.line_id
JOIN delivery_censusentry AS entry ON entry.id = line.entry_id
JOIN delivery_contract AS contract ON contract.id = given.contract_id
JOIN programmes_agreement AS agreement ON agreement.id = contract.agreement_id
LEFT JOIN registry_person AS person ON person.id = given.person_id
WHERE given.cancelled_at IS NULL AND given.held_on BETWEEN %(since)s AND %(until)s
    AND (%(oldest)s::integer IS NULL OR entry.category = 'child')
