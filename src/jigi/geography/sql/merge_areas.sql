-- reads the staged areas; writes geography_area: new ones, and those that changed (a blank erases nothing)
WITH target AS (
    SELECT
        staged.position, staged.id, staged.code, staged.name, staged.level, staged.path,
        coalesce(sibling.id, parent.id) AS parent_id,
        coalesce(staged.longitude, area.longitude) AS longitude,
        coalesce(staged.latitude, area.latitude) AS latitude,
        coalesce(staged.area_km2, area.area_km2) AS area_km2,
        coalesce(staged.population, area.population) AS population,
        -- who first listed a place stays its source
        CASE WHEN starts_with(area.source, staged.origin) IS FALSE THEN area.source ELSE staged.source END AS source
    FROM geography_staged_area AS staged
    LEFT JOIN geography_area AS area ON area.id = staged.id
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
        area.name, area.parent_id, area.path, area.longitude, area.latitude, area.area_km2, area.population, area.source
    ) IS DISTINCT FROM (
        excluded.name, excluded.parent_id, excluded.path, excluded.longitude, excluded.latitude, excluded.area_km2,
        excluded.population, excluded.source
    )
    RETURNING (xmax = 0) AS added
)
SELECT count(*) FILTER (WHERE added) AS added, count(*) FILTER (WHERE NOT added) AS changed FROM merged
