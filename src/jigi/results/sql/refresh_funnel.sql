-- writes: results_funnel, as funnel.sql counts it now; what no row stands behind any more is taken away
WITH fresh AS ({sql:funnel}), gone AS (
    DELETE FROM results_funnel AS kept
    WHERE NOT EXISTS (SELECT FROM fresh WHERE (fresh.commune_id, fresh.programme) = (kept.commune_id, kept.programme))
)
INSERT INTO results_funnel (commune_id, programme, registered, listed, selected, enrolled, paid, counted_at)
SELECT commune_id, programme, registered, listed, selected, enrolled, paid, now() FROM fresh ORDER BY 1, 2
ON CONFLICT ON CONSTRAINT funnel_once DO UPDATE SET (registered, listed, selected, enrolled, paid, counted_at)
    = (excluded.registered, excluded.listed, excluded.selected, excluded.enrolled, excluded.paid, excluded.counted_at)
