-- reads: stage_household, stage_roster, stage_problem; creates: stage_merge (the interviews that go in)
CREATE TEMP TABLE stage_merge AS
SELECT h.household_id, h.line, h.key, h.collected_on, r.size, r.head_name,
    decode(md5(h.digest || ':' || r.digest), 'hex') AS content_hash
FROM stage_household AS h
JOIN stage_roster AS r USING (key)
WHERE h.line = h.first_line AND h.known_id IS NULL
    AND h.line NOT IN (SELECT line FROM stage_problem WHERE severity = 'error' AND NOT of_member)
    AND h.key NOT IN (SELECT key FROM stage_problem WHERE severity = 'error' AND of_member AND key <> '')
