-- reads: stage_problem, stage_household; writes: intake_problem (no warnings on what is already in the register)
INSERT INTO intake_problem (batch_id, severity, of_member, file_name, line, key, collector, "column", value, code, message,
    remedy)
SELECT %(batch)s, p.severity, p.of_member, CASE WHEN p.of_member THEN %(members_file)s ELSE %(file)s END, p.line,
    coalesce(p.key, ''), coalesce(h.collector, ''), left(coalesce(p.column_name, ''), 120), coalesce(p.value, ''), p.code,
    p.message, p.remedy
FROM stage_problem AS p
LEFT JOIN stage_household AS h ON h.key = p.key AND h.line = h.first_line
WHERE p.severity = 'error' OR h.known_id IS NULL
ORDER BY p.of_member, p.line, p.column_name, p.code
