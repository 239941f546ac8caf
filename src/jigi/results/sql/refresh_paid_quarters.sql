-- writes: results_paidquarter, as paid_quarters.sql counts it now
WITH fresh AS ({sql:paid_quarters}), gone AS (
    DELETE FROM results_paidquarter AS kept
    WHERE NOT EXISTS (SELECT FROM fresh
        WHERE (fresh.commune_id, fresh.programme, fresh.quarter) = (kept.commune_id, kept.programme, kept.quarter))
)
INSERT INTO results_paidquarter (commune_id, programme, quarter, households, payments, paid_xof)
SELECT commune_id, programme, quarter, households, payments, paid_xof FROM fresh ORDER BY 1, 2, 3
ON CONFLICT ON CONSTRAINT paid_quarter_once DO UPDATE SET (households, payments, paid_xof)
    = (excluded.households, excluded.payments, excluded.paid_xof)
