-- reads: stage_member, stage_household, stage_roster, stage_parent; creates: stage_person (the members as the checks of
-- data/checks.toml speak of them)
CREATE TEMP TABLE stage_person AS
SELECT m.line, m.key, h.known_id, m.sex, m.relation, m.spouse_rank, m.birth_date, m.education, m.in_school,
    m.occupation, m.phone_owner, m.phone_index IS NOT NULL AS has_phone,
    'about' IN (m.birth_said, m.birth_precision) AS about,
    (h.collected_on - m.birth_date) / 365.25 AS age, r.head_sex, r.head_age,
    (p.birth_date - p.mother_birth) / 365.25 AS mother_gap, (p.birth_date - p.father_birth) / 365.25 AS father_gap,
    shared.interviews AS phone_interviews
FROM stage_member AS m
JOIN stage_household AS h ON h.key = m.key AND h.line = h.first_line AND h.collected_on IS NOT NULL
JOIN stage_roster AS r ON r.key = m.key
LEFT JOIN stage_parent AS p USING (person_id)
-- A telephone lent by a neighbour is usual; one that several households call their own is not.
LEFT JOIN (
    SELECT phone_index, count(DISTINCT key) AS interviews FROM stage_member
    WHERE phone_index IS NOT NULL AND coalesce(phone_owner, 'self') = 'self'
    GROUP BY phone_index HAVING count(DISTINCT key) > 1
) AS shared ON shared.phone_index = m.phone_index AND coalesce(m.phone_owner, 'self') = 'self'
