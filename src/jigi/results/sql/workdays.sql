-- reads: delivery_presence, delivery_worker, delivery_contract, programmes_agreement; the half-days worked, of approved
-- sheets that no counter-sheet took back; `good` is a woman's
SELECT presence.person_id AS unit, presence.household_id, presence.commune_id, 'works' AS kind,
    agreement.code AS agreement, CASE WHEN worker.woman THEN 'F' ELSE 'M' END AS sex, NULL::integer AS age,
    presence.held_on AS on_day, presence.half_days::bigint AS amount, worker.woman AS good
FROM delivery_presence AS presence
JOIN delivery_worker AS worker ON worker.id = presence.worker_id
JOIN delivery_contract AS contract ON contract.id = presence.contract_id
JOIN programmes_agreement AS agreement ON agreement.id = contract.agreement_id
WHERE presence.held_on BETWEEN %(since)s AND %(until)s AND presence.undone_by_id IS NULL
