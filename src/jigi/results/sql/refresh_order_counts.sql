-- writes: results_ordercount, as order_counts.sql counts it now; lines that are the same are left
WITH fresh AS MATERIALIZED ({sql:order_counts}), gone AS (
    DELETE FROM results_ordercount AS kept
    WHERE NOT EXISTS (SELECT FROM fresh WHERE (fresh.commune_id, fresh.programme, fresh.agency, fresh.agreement,
            fresh.quarter, fresh.kind, fresh.status)
        = (kept.commune_id, kept.programme, kept.agency, kept.agreement, kept.quarter, kept.kind, kept.status)
        AND (fresh.on_time, fresh.days) IS NOT DISTINCT FROM (kept.on_time, kept.days))
)
INSERT INTO results_ordercount (commune_id, programme, agency, agreement, quarter, kind, status, on_time, days, orders,
    amount_xof, paid_xof)
SELECT commune_id, programme, agency, agreement, quarter, kind, status, on_time, days, orders, amount_xof, paid_xof
FROM fresh ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
ON CONFLICT ON CONSTRAINT order_count_once DO UPDATE SET (orders, amount_xof, paid_xof)
    = (excluded.orders, excluded.amount_xof, excluded.paid_xof)
    WHERE (results_ordercount.orders, results_ordercount.amount_xof, results_ordercount.paid_xof)
        <> (excluded.orders, excluded.amount_xof, excluded.paid_xof)
