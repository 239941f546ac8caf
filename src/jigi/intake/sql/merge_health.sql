-- reads: stage_merge, stage_member; writes: registry_health (of those of whom something was asked)
INSERT INTO registry_health (person_id, collected_on, seeing, hearing, walking, remembering, self_care, communicating,
    chronic_illness, due_on, breastfeeding_since)
SELECT m.person_id, good.collected_on, m.seeing, m.hearing, m.walking, m.remembering, m.self_care, m.communicating,
    m.chronic_illness, m.due_on, m.breastfeeding_since
FROM stage_member AS m JOIN stage_merge AS good USING (key)
WHERE num_nonnulls(m.seeing, m.hearing, m.walking, m.remembering, m.self_care, m.communicating, m.chronic_illness,
    m.due_on, m.breastfeeding_since) > 0
