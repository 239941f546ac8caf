-- reads: stage_member; deletes from it the lines copied twice; writes: stage_problem (warning for the copies,
-- error for two different members on one roster line)
WITH repeated AS (
    SELECT key, roster_line, min(line) AS first_line FROM stage_member
    WHERE key IS NOT NULL AND roster_line IS NOT NULL GROUP BY key, roster_line HAVING count(*) > 1
), extra AS (
    SELECT m.line, m.key, m.roster_line, r.first_line, m.digest = f.digest AS same
    FROM repeated AS r JOIN stage_member AS m USING (key, roster_line)
    JOIN stage_member AS f ON f.line = r.first_line
    WHERE m.line > r.first_line
), dropped AS (
    DELETE FROM stage_member AS m USING extra AS e WHERE m.line = e.line AND e.same
)
INSERT INTO stage_problem (of_member, line, key, column_name, value, severity, code, message, remedy)
SELECT true, line, key, %(line_column)s, roster_line::text, CASE WHEN same THEN 'warning' ELSE 'error' END,
    'repeated_member',
    CASE WHEN same THEN 'Ce membre est répété : la ligne ' || first_line || ' est gardée'
        ELSE 'Deux membres différents portent le numéro ' || roster_line || ' : voyez la ligne ' || first_line END,
    CASE WHEN same THEN 'Retirez cette ligne' ELSE 'Donnez à chacun son numéro dans le ménage' END
FROM extra
