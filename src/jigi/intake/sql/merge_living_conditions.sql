-- reads: stage_merge, stage_household, stage_roster; writes: registry_livingconditions (what the file does not say
-- and the members show is completed from them)
INSERT INTO registry_livingconditions (household_id, batch_id, collected_on, household_size, wives, head_sex, head_age,
    children_under_5, children_under_15, {other_living})
SELECT h.household_id, %(batch)s, h.collected_on, coalesce(h.household_size, r.size), coalesce(h.wives, r.wives),
    coalesce(h.head_sex, r.head_sex), coalesce(h.head_age, trunc(r.head_age)),
    coalesce(h.children_under_5, CASE WHEN r.aged = r.size THEN r.children_under_5 END),
    coalesce(h.children_under_15, CASE WHEN r.aged = r.size THEN r.children_under_15 END), {other_living}
FROM stage_household AS h JOIN stage_merge AS m USING (line) JOIN stage_roster AS r ON r.key = h.key
