-- writes: results_eventcount, as event_counts.sql counts it now; lines that are the same are left
WITH fresh AS MATERIALIZED ({sql:event_counts}), gone AS (
    DELETE FROM results_eventcount AS kept
    WHERE NOT EXISTS (SELECT FROM fresh
        WHERE (fresh.commune_id, fresh.programme, fresh.operator, fresh.sort, fresh.quarter, fresh.done)
            = (kept.commune_id, kept.programme, kept.operator, kept.sort, kept.quarter, kept.done)
        AND fresh.days IS NOT DISTINCT FROM kept.days)
)
INSERT INTO results_eventcount (commune_id, programme, operator, sort, quarter, done, days, events)
SELECT commune_id, programme, operator, sort, quarter, done, days, events FROM fresh ORDER BY 1, 2, 3, 4, 5, 6, 7
ON CONFLICT ON CONSTRAINT event_count_once DO UPDATE SET events = excluded.events
    WHERE results_eventcount.events <> excluded.events
