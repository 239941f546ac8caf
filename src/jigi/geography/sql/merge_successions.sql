-- reads the staged facts and geography_area; writes geography_areasuccession
INSERT INTO geography_areasuccession AS succession (predecessor_id, successor_id, kind, note, source)
SELECT predecessor.id, successor.id, staged.kind, staged.note, staged.source
FROM geography_staged_fact AS staged
JOIN geography_area AS predecessor ON predecessor.code = staged.code AND predecessor.version_id = %(old)s
JOIN geography_area AS successor ON successor.code = staged.other AND successor.version_id = %(new)s
WHERE staged.fact = 'succession'
ON CONFLICT (predecessor_id, successor_id) DO UPDATE
SET kind = excluded.kind, note = excluded.note, source = excluded.source
WHERE (succession.kind, succession.note, succession.source)
    IS DISTINCT FROM (excluded.kind, excluded.note, excluded.source)
