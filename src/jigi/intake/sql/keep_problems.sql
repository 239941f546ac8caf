-- reads: stage_problem, stage_household; writes: intake_problem (no warnings on what is already in the register)
INSERT INTO intake_problem (batch_id, severity, file_name, line, key, "column", value, code, message, remedy)
SELECT %(batch)s, p.severity, CASE WHEN p.of_member THEN %(members_file)s ELSE %(file)s END, p.line,
    coalesce(p.key, ''), left(coalesce(p.column_name, ''), 120), coalesce(p.value, ''), p.code, p.message, p.remedy
FROM stage_problem AS p
WHERE p.severity = 'error' OR NOT EXISTS (
    SELECT 1 FROM stage_household AS h WHERE h.key = p.key AND h.known_id IS NOT NULL)
ORDER BY p.of_member, p.line, p.column_name, p.code
