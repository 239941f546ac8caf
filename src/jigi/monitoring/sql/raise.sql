-- reads: monitoring_alert and what a rule found; writes: monitoring_alert, new alerts and what live ones have become
WITH found AS (
    SELECT * FROM jsonb_to_recordset(%(found)s::jsonb) AS found (
        subject text, period text, label text, about_id bigint, commune_id bigint, first_seen timestamptz,
        last_seen timestamptz, count bigint, facts jsonb, events bigint[], households bigint[])
), news AS (
    -- What was decided is not said again until it has doubled.
    SELECT found.* FROM found WHERE NOT EXISTS (
        SELECT FROM monitoring_alert AS decided
        WHERE decided.rule = %(rule)s AND decided.subject = found.subject AND decided.period = found.period
            AND decided.status IN ('dismissed', 'confirmed') AND found.count < 2 * decided.count)
), written AS (
    INSERT INTO monitoring_alert AS live (rule, subject, period, label, about_id, commune_id, first_seen, last_seen,
        count, facts, events, households, status, decision)
    SELECT %(rule)s, subject, period, left(label, 200), about_id, commune_id, first_seen, last_seen, count, facts,
        events, households, 'open', ''
    FROM news
    ON CONFLICT (rule, subject, period) WHERE status IN ('open', 'taken') DO UPDATE SET
        first_seen = excluded.first_seen, last_seen = excluded.last_seen, count = excluded.count,
        facts = excluded.facts, events = excluded.events, households = excluded.households, label = excluded.label
    WHERE (live.count, live.last_seen) IS DISTINCT FROM (excluded.count, excluded.last_seen)
    RETURNING xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new) AS raised, count(*) FILTER (WHERE NOT is_new) AS grown FROM written
