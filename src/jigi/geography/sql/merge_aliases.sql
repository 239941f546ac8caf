-- reads the staged facts (other: the spelling, kind: its key) and geography_area; writes geography_areaalias
INSERT INTO geography_areaalias AS alias (area_id, name, name_key)
SELECT DISTINCT ON (area.id, staged.kind) area.id, staged.other, staged.kind
FROM geography_staged_fact AS staged
JOIN geography_area AS area ON area.code = staged.code AND area.version_id = %(version)s
WHERE staged.fact = 'alias'
ORDER BY area.id, staged.kind, staged.other
ON CONFLICT (area_id, name_key) DO UPDATE SET name = excluded.name
WHERE alias.name IS DISTINCT FROM excluded.name
