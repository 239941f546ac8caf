-- reads: stage_merge, stage_member, stage_parent, stage_household; writes: registry_person (the coarser of two precisions is kept)
INSERT INTO registry_person (id, commune_id, given_names, surname, nickname, sex, birth_date, birth_precision,
    father_name, mother_name, father_id, mother_id, education, in_school, occupation)
SELECT m.person_id, h.commune_id, m.given_names, m.surname, coalesce(m.nickname, ''), m.sex, m.birth_date,
    CASE WHEN m.birth_date IS NULL THEN NULL
        WHEN 'about' IN (m.birth_said, m.birth_precision) THEN 'about'
        WHEN 'year' IN (m.birth_said, m.birth_precision) THEN 'year'
        WHEN 'month' IN (m.birth_said, m.birth_precision) THEN 'month' ELSE 'day' END,
    coalesce(m.father_name, ''), coalesce(m.mother_name, ''), p.father_id, p.mother_id,
    coalesce(m.education, ''), m.in_school, coalesce(m.occupation, '')
FROM stage_member AS m
JOIN stage_merge AS good USING (key)
JOIN stage_household AS h ON h.line = good.line
LEFT JOIN stage_parent AS p USING (person_id)
