-- reads geography_area; writes the ids of the staged areas: the ones they have, else new ones in file order
UPDATE geography_staged_area AS staged
SET id = numbered.id
FROM (
    SELECT ordered.code, coalesce(area.id, nextval(pg_get_serial_sequence('geography_area', 'id'))) AS id
    FROM (SELECT code, position FROM geography_staged_area ORDER BY position) AS ordered
    LEFT JOIN geography_area AS area ON area.code = ordered.code AND area.version_id = %(version)s
    ORDER BY ordered.position
) AS numbered
WHERE staged.code = numbered.code
