-- reads: stage_member, stage_household; writes: stage_problem (impossible births, NINA at odds with sex or year)
INSERT INTO stage_problem (of_member, line, key, column_name, value, severity, code, message, remedy)
SELECT true, m.line, m.key, found.column_name, found.value, found.severity, found.code, found.message, found.remedy
FROM stage_member AS m
JOIN stage_household AS h ON h.key = m.key AND h.line = h.first_line
CROSS JOIN LATERAL (VALUES
    (m.birth_date > h.collected_on, %(birth_date_column)s, m.birth_date::text, 'error', 'unborn',
        'La naissance est après l’enquête', 'Corrigez la date de naissance ou celle de l’enquête'),
    (h.collected_on - m.birth_date > 44000, %(birth_date_column)s, m.birth_date::text, 'error', 'too_old',
        'La personne aurait plus de 120 ans', 'Corrigez la date de naissance'),
    (substr(m.nina, 2, 1) <> CASE m.sex WHEN 'M' THEN '1' ELSE '2' END,
        %(nina_column)s, m.nina, 'warning', 'nina_sex',
        'Le NINA ne s’accorde pas avec le sexe', 'Vérifiez le document et le sexe'),
    (m.nina ~ '^[0-9]{4}' AND m.birth_date IS NOT NULL AND least(
            abs(substr(m.nina, 3, 2)::int - extract(year FROM m.birth_date)::int %% 100),
            100 - abs(substr(m.nina, 3, 2)::int - extract(year FROM m.birth_date)::int %% 100))
            > CASE WHEN 'about' IN (m.birth_said, m.birth_precision) THEN 5 ELSE 0 END,
        %(nina_column)s, m.nina, 'warning', 'nina_year',
        'Le NINA ne s’accorde pas avec l’année de naissance', 'Vérifiez le document et la date')
) AS found (wrong, column_name, value, severity, code, message, remedy)
WHERE (m.nina IS NOT NULL OR m.birth_date > h.collected_on OR m.birth_date < h.collected_on - 44000)
    AND found.wrong
