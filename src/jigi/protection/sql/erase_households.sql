-- reads: erased_household; writes: registry_household (kept: RSU number, commune, size, dates, batch, collector, what it was
-- merged into; the digest of the form, by which the same form is recognised and not taken in again)
UPDATE registry_household AS household SET head_name = 'Ménage effacé', village_id = NULL, longitude = NULL,
    latitude = NULL, stay_commune_id = NULL, stay_village_id = NULL, stayed_since = NULL,
    status = CASE WHEN household.merged_into_id IS NULL THEN 'left' ELSE household.status END,
    source_key = 'effacé:' || encode(sha256(convert_to(household.source_key, 'UTF8')), 'hex')
FROM erased_household AS erased
WHERE erased.id = household.id AND household.source_key NOT LIKE 'effacé:%%'
