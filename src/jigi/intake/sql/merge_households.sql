-- reads: stage_merge, stage_household; writes: registry_household
INSERT INTO registry_household (id, rsu_number, commune_id, village_id, head_name, size, longitude, latitude, status,
    source, source_key, content_hash, collected_on, collector, batch_id, form_version, situation, stay_village_id,
    stay_commune_id, stayed_since)
SELECT m.household_id, jigi_rsu_number(), h.commune_id, h.village_id, left(m.head_name, 120), m.size, h.longitude,
    h.latitude, 'active', %(source)s, m.key, m.content_hash, h.collected_on, coalesce(h.collector, ''), %(batch)s,
    coalesce(h.form_version, ''), coalesce(h.situation, 'resident'), h.stay_village_id, h.stay_commune_id,
    h.stayed_since
FROM stage_household AS h JOIN stage_merge AS m USING (line)
ORDER BY h.line
