-- reads the staged outlines and geography_area; writes geography_boundary: new ones and those that changed
WITH merged AS (
    INSERT INTO geography_boundary AS boundary (area_id, coordinates, source, loaded_at)
    SELECT area.id, staged.coordinates, %(source)s, now()
    FROM geography_staged_boundary AS staged
    JOIN geography_area AS area ON area.code = staged.code AND area.version_id = %(version)s
    ON CONFLICT (area_id) DO UPDATE
    SET coordinates = excluded.coordinates, source = excluded.source, loaded_at = excluded.loaded_at
    WHERE boundary.coordinates IS DISTINCT FROM excluded.coordinates
    RETURNING (xmax = 0) AS added
)
SELECT count(*) FILTER (WHERE added) AS added, count(*) FILTER (WHERE NOT added) AS changed FROM merged
