-- reads: geography_area, registry_household; writes: stage_household (places, first line of its key, known or not)
UPDATE stage_household AS target SET
    village_id = village.id,
    commune_id = coalesce(village.parent_id, commune.id),
    stay_village_id = stay_village.id,
    stay_commune_id = coalesce(stay_village.parent_id, stay_commune.id),
    known_id = known.id,
    first_line = source.first_line
FROM (
    SELECT line, key, village_code, commune_code, stay_village_code, stay_commune_code, min(line) OVER (PARTITION BY key) AS first_line
    FROM stage_household WHERE key IS NOT NULL
) AS source
LEFT JOIN geography_area AS village
    ON village.version_id = %(version)s AND village.level = 'village' AND village.code = source.village_code
LEFT JOIN geography_area AS commune
    ON commune.version_id = %(version)s AND commune.level = 'commune' AND commune.code = source.commune_code
LEFT JOIN geography_area AS stay_village ON stay_village.version_id = %(version)s
    AND stay_village.level = 'village' AND stay_village.code = source.stay_village_code
LEFT JOIN geography_area AS stay_commune ON stay_commune.version_id = %(version)s
    AND stay_commune.level = 'commune' AND stay_commune.code = source.stay_commune_code
LEFT JOIN registry_household AS known
    ON known.source = %(source)s AND known.source_key = source.key
WHERE target.line = source.line
