-- writes: response_agencyline, the named lines of a batch that no number ties to the register, each once
INSERT INTO response_agencyline (arm_id, batch_id, line, name, village, status)
SELECT %(arm)s, %(batch)s, told.line, told.name, told.village, 'waiting'
FROM unnest(%(lines)s::bigint[], %(names)s::text[], %(villages)s::text[]) AS told (line, name, village)
ON CONFLICT (arm_id, batch_id, line) DO NOTHING
