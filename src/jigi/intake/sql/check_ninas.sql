-- reads: stage_member, stage_household, registry_identifier; writes: stage_problem (a NINA held by somebody else)
INSERT INTO stage_problem (of_member, line, key, column_name, value, severity, code, message, remedy)
SELECT true, m.line, m.key, %(nina_column)s, m.nina_said, 'error', 'nina_held',
    CASE WHEN held.id IS NULL THEN 'Ce NINA est déjà celui de la ligne ' || m.first_line
        ELSE 'Ce NINA est déjà celui d’une autre personne du registre' END,
    'Vérifiez les deux documents : un NINA n’a qu’un titulaire'
FROM (
    SELECT line, key, nina_index, nina_said, min(line) OVER (PARTITION BY nina_index) AS first_line
    FROM stage_member WHERE nina IS NOT NULL
) AS m
JOIN stage_household AS h ON h.key = m.key AND h.line = h.first_line AND h.known_id IS NULL
LEFT JOIN registry_identifier AS held ON held.kind = 'nina' AND held.value_index = m.nina_index
WHERE held.id IS NOT NULL OR m.line > m.first_line
