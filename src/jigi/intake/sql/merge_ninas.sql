-- reads: stage_merge, stage_member; writes: registry_identifier
INSERT INTO registry_identifier (person_id, kind, sealed, value_index)
SELECT m.person_id, 'nina', m.nina, m.nina_index
FROM stage_member AS m JOIN stage_merge AS good USING (key)
WHERE m.nina IS NOT NULL
