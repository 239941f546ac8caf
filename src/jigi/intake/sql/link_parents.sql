-- reads: stage_member; creates: stage_parent (each member's father and mother, by their line in the household)
CREATE TEMP TABLE stage_parent AS
SELECT m.person_id, m.line, m.key, m.birth_date, m.birth_said, m.birth_precision, m.father_line, m.mother_line,
    m.roster_line,
    father.person_id AS father_id, father.sex AS father_sex, father.birth_date AS father_birth,
    mother.person_id AS mother_id, mother.sex AS mother_sex, mother.birth_date AS mother_birth
FROM stage_member AS m
LEFT JOIN stage_member AS father ON father.key = m.key AND father.roster_line = m.father_line
LEFT JOIN stage_member AS mother ON mother.key = m.key AND mother.roster_line = m.mother_line
WHERE m.father_line IS NOT NULL OR m.mother_line IS NOT NULL
