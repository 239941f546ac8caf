-- reads: stage_merge, stage_member; writes: registry_phone
INSERT INTO registry_phone (person_id, sealed, number_index, owner)
SELECT m.person_id, m.phone, m.phone_index, coalesce(m.phone_owner, 'self')
FROM stage_member AS m JOIN stage_merge AS good USING (key)
WHERE m.phone IS NOT NULL
