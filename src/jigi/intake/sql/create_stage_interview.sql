-- reads: stage_household, stage_roster, stage_member, geography_area, geography_boundary; creates: stage_interview (the
-- interviews as the checks of data/checks.toml speak of them)
CREATE TEMP TABLE stage_interview AS
WITH place AS (
    SELECT area.id, area.longitude, area.latitude, sqrt(area.area_km2 / pi()) AS extent_km
    FROM geography_area AS area WHERE area.id IN (SELECT commune_id FROM stage_household)
), outline AS MATERIALIZED (
    SELECT boundary.area_id, (SELECT string_agg(format('(%%s,%%s)', point -> 0, point -> 1), ',' ORDER BY nr)
        FROM jsonb_array_elements(ring) WITH ORDINALITY AS corner (point, nr))::polygon AS ring
    FROM geography_boundary AS boundary
    JOIN place ON place.id = boundary.area_id
    CROSS JOIN LATERAL jsonb_array_elements(boundary.coordinates) AS shape
    CROSS JOIN LATERAL jsonb_array_elements(shape) AS ring
), phones AS (
    SELECT key, count(phone_index) AS phones, count(nina_index) AS documents FROM stage_member GROUP BY key
)
SELECT h.*, r.size AS members, r.wives AS listed_wives, r.head_age AS listed_head_age, r.head_sex AS listed_head_sex,
    CASE WHEN r.aged = r.size THEN r.children_under_5 END AS listed_under_5,
    coalesce(h.collector, '') AS enumerator, date_trunc('week', h.collected_on)::date AS week,
    extract(epoch FROM h.ended_at - h.started_at) / 60 AS minutes, phones.phones, phones.documents,
    111.2 * sqrt((h.latitude - place.latitude) ^ 2
        + ((h.longitude - place.longitude) * cos(radians(place.latitude))) ^ 2) AS centre_km,
    place.extent_km, 111.2 * found.away AS outside_km,
    CASE WHEN h.longitude IS NOT NULL THEN count(*) OVER (
        PARTITION BY (h.longitude * 1e5)::bigint, (h.latitude * 1e5)::bigint) END AS at_this_place,
    {missing} AS missing, {minimal} AS minimal
FROM stage_household AS h
JOIN stage_roster AS r USING (key)
JOIN phones USING (key)
LEFT JOIN place ON place.id = h.commune_id
-- Inside, as many borders as it takes to be in an odd number of rings; outside, how far the nearest is.
LEFT JOIN LATERAL (
    SELECT CASE WHEN count(*) FILTER (WHERE ring @> point(h.longitude, h.latitude)) %% 2 = 1 THEN 0
        ELSE min(ring <-> point(h.longitude, h.latitude)) END AS away
    FROM outline WHERE outline.area_id = h.commune_id AND h.longitude IS NOT NULL AND h.latitude IS NOT NULL
    HAVING count(*) > 0
) AS found ON true
WHERE h.line = h.first_line AND h.collected_on IS NOT NULL
