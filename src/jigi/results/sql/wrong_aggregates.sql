-- reads: results_funnel, results_paidquarter, and the rows they count; the communes whose kept figures are not those of
-- the rows
WITH fresh AS ({sql:funnel}), quarters AS ({sql:paid_quarters})
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
ORDER BY 1, 2, 3, 4
