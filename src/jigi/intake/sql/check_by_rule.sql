-- reads: stage_interview, stage_person or stage_enumerator; writes: stage_problem (what one check of checks.toml names;
-- an error is not said of what the register holds already)
INSERT INTO stage_problem (of_member, line, key, column_name, value, severity, code, message, remedy)
SELECT %(of_member)s, line, key, %(column)s, said, %(severity)s, %(code)s, replace(%(sentence)s, '{value}', said), %(remedy)s
FROM (SELECT line, key, known_id, coalesce(({said})::text, '') AS said FROM {stage} WHERE {when}) AS found
WHERE known_id IS NULL OR %(severity)s <> 'error'
