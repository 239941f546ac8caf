-- reads: delivery_worksite, delivery_presence, delivery_contract, programmes_agreement; worksites where somebody worked
SELECT site.id AS unit, NULL::bigint AS household_id, site.commune_id, 'works' AS kind, agreement.code AS agreement,
    NULL::text AS sex, NULL::integer AS age, presence.on_day, 0::bigint AS amount, true AS good
FROM (
    SELECT worker.worksite_id, max(worked.held_on) AS on_day
    FROM delivery_presence AS worked JOIN delivery_worker AS worker ON worker.id = worked.worker_id
    WHERE worked.held_on BETWEEN %(since)s AND %(until)s AND worked.undone_by_id IS NULL
    GROUP BY worker.worksite_id
) AS presence
JOIN delivery_worksite AS site ON site.id = presence.worksite_id
JOIN delivery_contract AS contract ON contract.id = site.contract_id
JOIN programmes_agreement AS agreement ON agreement.id = contract.agreement_id
