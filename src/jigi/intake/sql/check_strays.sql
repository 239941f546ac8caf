-- reads: stage_member, stage_household; writes: stage_problem (members of an interview that is not in the file)
INSERT INTO stage_problem (of_member, line, key, column_name, value, severity, code, message, remedy)
SELECT true, m.line, m.key, %(member_key_column)s, m.key, 'error', 'no_household',
    'Aucun ménage du fichier ne porte ce numéro de fiche', 'Ajoutez le ménage, ou corrigez le numéro'
FROM stage_member AS m
WHERE m.key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM stage_household AS h WHERE h.key = m.key)
