-- reads: registry_household, extract_household; households of the register that are not in the extract, merged ones apart
SELECT count(*) AS households
FROM registry_household AS household
WHERE household.merged_into_id IS NULL
    AND NOT EXISTS (SELECT FROM extract_household AS kept WHERE kept.id = household.id)
