-- reads: stage_merge, stage_member; writes: registry_membership
INSERT INTO registry_membership (household_id, person_id, line, relation, spouse_rank, role, absent, started_on, unit,
    absent_since)
SELECT good.household_id, m.person_id, m.roster_line, m.relation, m.spouse_rank, coalesce(m.role, ''),
    coalesce(m.absent, false) OR m.absent_since IS NOT NULL, good.collected_on, coalesce(m.unit, 1), m.absent_since
FROM stage_member AS m JOIN stage_merge AS good USING (key)
