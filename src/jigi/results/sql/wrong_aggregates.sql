-- reads: results_funnel, results_paidquarter, results_ordercount, results_eventcount, results_covered, and the rows they
-- count; the communes whose kept figures are not those of the rows
WITH fresh AS ({sql:funnel}), quarters AS ({sql:paid_quarters}), orders AS ({sql:order_counts}),
    events AS ({sql:event_counts}), covered AS ({sql:covered})
SELECT 'funnel' AS kept, told.commune_id, told.programme, '' AS quarter
FROM (
    (SELECT commune_id, programme, registered, listed, selected, enrolled, paid FROM fresh
        EXCEPT SELECT commune_id, programme, registered, listed, selected, enrolled, paid FROM results_funnel)
    UNION
    (SELECT commune_id, programme, registered, listed, selected, enrolled, paid FROM results_funnel
        EXCEPT SELECT commune_id, programme, registered, listed, selected, enrolled, paid FROM fresh)
) AS told
UNION
SELECT 'quarter', told.commune_id, told.programme, told.quarter
FROM (
    (SELECT commune_id, programme, quarter, households, payments, paid_xof FROM quarters
        EXCEPT SELECT commune_id, programme, quarter, households, payments, paid_xof FROM results_paidquarter)
    UNION
    (SELECT commune_id, programme, quarter, households, payments, paid_xof FROM results_paidquarter
        EXCEPT SELECT commune_id, programme, quarter, households, payments, paid_xof FROM quarters)
) AS told
UNION
SELECT 'orders', told.commune_id, told.programme, told.quarter
FROM (
    (SELECT commune_id, programme, agency, agreement, quarter, kind, status, on_time, days, orders, amount_xof, paid_xof FROM orders
        EXCEPT SELECT commune_id, programme, agency, agreement, quarter, kind, status, on_time, days, orders, amount_xof, paid_xof FROM results_ordercount)
    UNION
    (SELECT commune_id, programme, agency, agreement, quarter, kind, status, on_time, days, orders, amount_xof, paid_xof FROM results_ordercount
        EXCEPT SELECT commune_id, programme, agency, agreement, quarter, kind, status, on_time, days, orders, amount_xof, paid_xof FROM orders)
) AS told
UNION
SELECT 'events', told.commune_id, told.programme, told.quarter
FROM (
    (SELECT commune_id, programme, operator, sort, quarter, done, days, events FROM events
        EXCEPT SELECT commune_id, programme, operator, sort, quarter, done, days, events FROM results_eventcount)
    UNION
    (SELECT commune_id, programme, operator, sort, quarter, done, days, events FROM results_eventcount
        EXCEPT SELECT commune_id, programme, operator, sort, quarter, done, days, events FROM events)
) AS told
UNION
SELECT 'covered', told.commune_id, '', ''
FROM (
    (SELECT commune_id, persons FROM covered
        EXCEPT SELECT commune_id, persons FROM results_covered)
    UNION
    (SELECT commune_id, persons FROM results_covered
        EXCEPT SELECT commune_id, persons FROM covered)
) AS told
ORDER BY 1, 2, 3, 4
