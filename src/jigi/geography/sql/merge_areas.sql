-- reads the staged areas; writes geography_area: new ones and those that changed; a blank erases nothing
WITH target AS (
    SELECT
        staged.position, staged.id, staged.code, staged.level,
        CASE WHEN met THEN area.name ELSE staged.name END AS name,
        CASE WHEN met THEN area.path ELSE staged.path END AS path,
        CASE WHEN met THEN area.source ELSE staged.source END AS source,
        CASE WHEN met THEN area.parent_id ELSE coalesce(sibling.id, parent.id) END AS parent_id,
        coalesce(CASE WHEN met THEN area.longitude END, staged.longitude, area.longitude) AS longitude,
        coalesce(CASE WHEN met THEN area.latitude END, staged.latitude, area.latitude) AS latitude,
        coalesce(CASE WHEN met THEN area.population END, staged.population, area.population) AS population,
        coalesce(staged.area_km2, area.area_km2) AS area_km2
    FROM geography_staged_area AS staged
    LEFT JOIN geography_area AS area ON area.id = staged.id
    -- another file's place, met by its name: only its blanks are filled
    CROSS JOIN LATERAL (SELECT staged.fills_only AND area.id IS NOT NULL AS met) AS meeting
    LEFT JOIN geography_staged_area AS sibling ON sibling.code = staged.parent
    LEFT JOIN geography_area AS parent ON parent.code = staged.parent AND parent.version_id = %(version)s
),
merged AS (
    INSERT INTO geography_area AS area
        (id, version_id, code, name, level, parent_id, path, longitude, latitude, area_km2, population, source)
    SELECT
        id, %(version)s, code, name, level, parent_id, path, longitude, latitude, area_km2, population, source
    FROM target
    ORDER BY position
    ON CONFLICT (version_id, code) DO UPDATE SET
        name = excluded.name,
        parent_id = excluded.parent_id,
        path = excluded.path,
        longitude = excluded.longitude,
        latitude = excluded.latitude,
        area_km2 = excluded.area_km2,
        population = excluded.population,
        source = excluded.source
    WHERE (
        area.name, area.parent_id, area.path, area.longitude, area.latitude, area.area_km2, area.population,
        area.source
    ) IS DISTINCT FROM (
        excluded.name, excluded.parent_id, excluded.path, excluded.longitude, excluded.latitude,
        excluded.area_km2, excluded.population, excluded.source
    )
    RETURNING (xmax = 0) AS added
)
SELECT count(*) FILTER (WHERE added) AS added, count(*) FILTER (WHERE NOT added) AS changed FROM merged
