-- reads: stage_figure; creates: stage_value (one row a key; two lines that contradict each other give none)
CREATE TEMP TABLE stage_value ON COMMIT DROP AS
SELECT min(line) AS line, signal, area_id, starts_on, ends_on, published_on, outlook,
    CASE WHEN bool_or(status = 'provisional') THEN 'provisional' ELSE 'final' END AS status,
    CASE max(gather) WHEN '' THEN min(value) WHEN 'mean' THEN round(avg(value::numeric), 6)::double precision
        ELSE sum(value::numeric)::double precision END AS value,
    NULL::bigint AS old_id, 1 AS version, false AS same, false AS refused, NULL::bigint AS new_id
FROM stage_figure WHERE problem IS NULL
GROUP BY signal, area_id, starts_on, ends_on, published_on, outlook
HAVING max(gather) <> '' OR min(value) = max(value) AND min(status) = max(status)
