-- reads: delivery_session, delivery_handout, delivery_presence, delivery_contract, delivery_operator,
-- programmes_component, programmes_programme; what operators do, counted where and when: sessions by the quarter they were
-- planned for (`days` between that day and the one they were held; none when they were not), rations handed out and days
-- worked by the quarter of their day
SELECT told.commune_id, programme.code AS programme, operator.code AS operator, told.sort,
    to_char(told.on_day, 'YYYY"-T"Q') AS quarter, told.done, told.days, count(*) AS events
FROM (
    SELECT contract_id, commune_id, 'sessions' AS sort, planned_on AS on_day, held_on IS NOT NULL AS done,
        CASE WHEN held_on IS NOT NULL THEN greatest(held_on - planned_on, 0) END AS days
    FROM delivery_session
    UNION ALL
    SELECT contract_id, commune_id, 'nutrition', held_on, true, NULL FROM delivery_handout WHERE cancelled_at IS NULL
    UNION ALL
    SELECT contract_id, commune_id, 'works', held_on, true, NULL FROM delivery_presence WHERE undone_by_id IS NULL
) AS told
JOIN delivery_contract AS contract ON contract.id = told.contract_id
JOIN delivery_operator AS operator ON operator.id = contract.operator_id
JOIN programmes_component AS component ON component.id = contract.component_id
JOIN programmes_programme AS programme ON programme.id = component.programme_id
GROUP BY 1, 2, 3, 4, 5, 6, 7
