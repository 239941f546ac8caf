-- reads: stage_figure, geography_area; writes: stage_figure (0 for each place and month that a file of events passes over,
-- within the regions and the months it speaks of; a place with a figure or a month of it that can't be read is left alone)
WITH told AS (
    SELECT DISTINCT figure.area_id, area.parent_id, figure.starts_on
    FROM stage_figure AS figure JOIN geography_area AS area ON area.id = figure.area_id
    WHERE figure.problem IS NULL AND area.level = %(level)s
), months AS (
    SELECT month::date AS starts_on, (month + interval '1 month - 1 day')::date AS ends_on
    FROM (SELECT min(starts_on) AS first, max(starts_on) AS last FROM told) AS span,
        generate_series(span.first::timestamp, span.last::timestamp, interval '1 month') AS month
)
INSERT INTO stage_figure (line, signal, gather, area_id, starts_on, ends_on, published_on, outlook, status, value,
    column_name, said, problem, remedy)
SELECT 0, signal.code, 'sum', area.id, months.starts_on, months.ends_on, months.ends_on + %(days)s::integer, 'observed', 'final', 0,
    '', '', NULL, ''
FROM geography_area AS area CROSS JOIN months CROSS JOIN unnest(%(signals)s::text[]) AS signal(code)
WHERE area.level = %(level)s AND area.parent_id IN (SELECT parent_id FROM told)
    AND NOT EXISTS (SELECT FROM told WHERE told.area_id = area.id AND told.starts_on = months.starts_on)
