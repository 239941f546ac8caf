-- creates: results_digest(), the digest of a snapshot's values, of the lines that rules.Cell.line writes
CREATE FUNCTION results_digest(snapshot bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(coalesce(string_agg(told.line, E'\n' ORDER BY told.line COLLATE "C"), ''), 'UTF8')), 'hex')
    FROM (
        SELECT concat_ws('|', value.indicator, value.dimension, coalesce(area.code, ''), value.kind, value.agreement,
            value.sex, value.band, value.quarter, value.numerator, coalesce(value.denominator::text, ''), value.rows,
            coalesce(to_char(value.latest_on, 'YYYY-MM-DD'), ''), CASE WHEN value.loaded THEN 't' ELSE 'f' END,
            value.source) AS line
        FROM results_value AS value LEFT JOIN geography_area AS area ON area.id = value.area_id
        WHERE value.snapshot_id = results_digest.snapshot
    ) AS told
$$
