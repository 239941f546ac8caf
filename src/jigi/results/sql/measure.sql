-- reads: geography_area, and the rows of a formula, put in its place by pipeline.py; what stands behind each cell of the
-- sets asked. The columns are those that the sets name, the mask says which of them a cell adds up.
WITH rows AS ({rows}), placed AS (
    SELECT rows.unit, rows.amount, rows.good, rows.on_day, region.id AS region_id, rows.commune_id,
        coalesce(rows.kind, '?') AS kind, coalesce(rows.agreement, '?') AS agreement, coalesce(rows.sex, '?') AS sex,
        CASE WHEN rows.age IS NULL THEN '?' WHEN rows.age < 5 THEN '00-04' WHEN rows.age < 15 THEN '05-14'
            WHEN rows.age < 25 THEN '15-24' WHEN rows.age < 60 THEN '25-59' ELSE '60+' END AS band,
        coalesce(to_char(rows.on_day, 'YYYY"-T"Q'), '?') AS quarter
    FROM rows
    LEFT JOIN geography_area AS commune ON commune.id = rows.commune_id
    LEFT JOIN geography_area AS cercle ON cercle.id = commune.parent_id
    LEFT JOIN geography_area AS region ON region.id = cercle.parent_id
)
SELECT {mask} AS mask, {columns}
    count(*) AS rows, count(DISTINCT unit) AS units, count(DISTINCT unit) FILTER (WHERE good) AS good_units,
    coalesce(sum(amount), 0)::bigint AS amount, coalesce(sum(amount) FILTER (WHERE good), 0)::bigint AS good_amount,
    max(on_day) AS latest_on
FROM placed
GROUP BY GROUPING SETS ({sets})
