-- reads: geography_area, geography_areaversion; the table « lieux » of an extract
SELECT version.code || ':' || area.code, area.code, area.name, area.level,
    (SELECT version.code || ':' || above.code FROM geography_area AS above WHERE above.id = area.parent_id),
    area.population
FROM geography_area AS area
JOIN geography_areaversion AS version ON version.id = area.version_id
WHERE area.level <> 'village'
