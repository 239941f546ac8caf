-- reads: stage_parent; writes: stage_problem (parents who are nobody, oneself, of the other sex, born after)
INSERT INTO stage_problem (of_member, line, key, column_name, value, severity, code, message, remedy)
SELECT true, p.line, p.key, found.column_name, found.value, found.severity, found.code, found.message, found.remedy
FROM stage_parent AS p
CROSS JOIN LATERAL (VALUES
    (p.father_line IS NOT NULL AND (p.father_id IS NULL OR p.father_line = p.roster_line), %(father_line_column)s,
        p.father_line::text, 'error', 'no_father', 'Le père n’est à aucune autre ligne de ce ménage',
        'Corrigez le numéro de ligne, ou videz la cellule'),
    (p.mother_line IS NOT NULL AND (p.mother_id IS NULL OR p.mother_line = p.roster_line), %(mother_line_column)s,
        p.mother_line::text, 'error', 'no_mother', 'La mère n’est à aucune autre ligne de ce ménage',
        'Corrigez le numéro de ligne, ou videz la cellule'),
    (p.father_sex = 'F', %(father_line_column)s, p.father_line::text, 'error', 'father_sex',
        'Le père désigné est une femme', 'Corrigez le numéro de ligne ou le sexe'),
    (p.mother_sex = 'M', %(mother_line_column)s, p.mother_line::text, 'error', 'mother_sex',
        'La mère désignée est un homme', 'Corrigez le numéro de ligne ou le sexe'),
    (p.father_birth >= p.birth_date, %(father_line_column)s, p.father_line::text, 'warning', 'father_age',
        'Le père serait né après son enfant', 'Vérifiez les deux dates de naissance'),
    (p.mother_birth >= p.birth_date, %(mother_line_column)s, p.mother_line::text, 'warning', 'mother_age',
        'La mère serait née après son enfant', 'Vérifiez les deux dates de naissance')
) AS found (wrong, column_name, value, severity, code, message, remedy)
-- Asked first and cheaply: nearly all parents are what they should be.
WHERE (p.father_line IS NOT NULL AND (p.father_sex IS DISTINCT FROM 'M' OR p.father_line = p.roster_line)
        OR p.mother_line IS NOT NULL AND (p.mother_sex IS DISTINCT FROM 'F' OR p.mother_line = p.roster_line)
        OR p.father_birth >= p.birth_date OR p.mother_birth >= p.birth_date)
    AND found.wrong
