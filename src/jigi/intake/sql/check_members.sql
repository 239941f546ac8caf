-- reads: stage_member, stage_household; writes: stage_problem (impossible births and absences, NINA at odds with sex or
-- year; what is said of a person's health is not repeated in a problem)
INSERT INTO stage_problem (of_member, line, key, column_name, value, severity, code, message, remedy)
SELECT true, m.line, m.key, found.column_name, found.value, found.severity, found.code, found.message, found.remedy
FROM stage_member AS m
JOIN stage_household AS h ON h.key = m.key AND h.line = h.first_line
-- The years between the NINA's two digits and the birth, on the circle of a century.
CROSS JOIN LATERAL (SELECT least(apart, 100 - apart) AS gap FROM (SELECT CASE WHEN m.nina_start ~ '^[0-9]{4}' THEN
    abs(substr(m.nina_start, 3, 2)::int - extract(year FROM m.birth_date)::int %% 100) END) AS digits (apart)) AS nina
CROSS JOIN LATERAL (VALUES
    (m.birth_date > h.collected_on, %(birth_date_column)s, m.birth_date::text, 'error', 'unborn',
        'La naissance est après l’enquête', 'Corrigez la date de naissance ou celle de l’enquête'),
    (h.collected_on - m.birth_date > 44000, %(birth_date_column)s, m.birth_date::text, 'error', 'too_old',
        'La personne aurait plus de 120 ans', 'Corrigez la date de naissance'),
    (substr(m.nina_start, 2, 1) <> CASE m.sex WHEN 'M' THEN '1' ELSE '2' END,
        %(nina_column)s, m.nina_said, 'warning', 'nina_sex',
        'Le NINA ne s’accorde pas avec le sexe', 'Vérifiez le document et le sexe'),
    (nina.gap > CASE WHEN 'about' IN (m.birth_said, m.birth_precision) THEN 5 ELSE 0 END,
        %(nina_column)s, m.nina_said, 'warning', 'nina_year',
        'Le NINA ne s’accorde pas avec l’année de naissance', 'Vérifiez le document et la date'),
    (m.sex = 'M' AND m.due_on IS NOT NULL, %(due_on_column)s, '', 'error', 'pregnant_man',
        'Une grossesse est dite d’un homme', 'Corrigez le sexe, ou la ligne de la personne'),
    (m.sex = 'M' AND m.breastfeeding_since IS NOT NULL, %(breastfeeding_since_column)s, '', 'error', 'nursing_man',
        'Un allaitement est dit d’un homme', 'Corrigez le sexe, ou la ligne de la personne'),
    (m.due_on NOT BETWEEN h.collected_on - 31 AND h.collected_on + 300, %(due_on_column)s,
        '', 'warning', 'delivery', 'L’accouchement attendu est trop loin du jour de l’enquête', 'Vérifiez la date'),
    (m.breastfeeding_since > h.collected_on, %(breastfeeding_since_column)s, '', 'error', 'nursing_later',
        'L’allaitement commence après l’enquête', 'Corrigez l’une des deux dates'),
    (m.absent_since > h.collected_on, %(absent_since_column)s, m.absent_since::text, 'error', 'absent_later',
        'L’absence commence après l’enquête', 'Corrigez l’une des deux dates')
) AS found (wrong, column_name, value, severity, code, message, remedy)
-- Asked first and cheaply: nearly all births and documents are possible.
WHERE (m.birth_date > h.collected_on OR m.birth_date < h.collected_on - 44000 OR nina.gap > 0
        OR substr(m.nina_start, 2, 1) <> CASE m.sex WHEN 'M' THEN '1' ELSE '2' END
        OR num_nonnulls(m.due_on, m.breastfeeding_since, m.absent_since) > 0)
    AND found.wrong
