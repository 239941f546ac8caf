-- reads: registry_household, sharing_sharingobjection (by sharing_objectors); creates: the households of one extract with
-- their pseudonyms, without those erased, and those who oppose any sharing or where somebody does. A merged household has
-- the pseudonym of what it became (`now_id`)
CREATE TEMPORARY TABLE extract_household ON COMMIT DROP AS
WITH opposed AS MATERIALIZED (SELECT DISTINCT household_id FROM sharing_objectors(''))
SELECT told.id, told.now_id, 'M' || left(encode(sha256(secret.key || 'm' || int8send(told.now_id)), 'hex'), 20) AS code
FROM (
    SELECT household.id,
        CASE WHEN household.merged_into_id IS NULL THEN household.id ELSE schemes_survivor(household.id) END AS now_id
    FROM registry_household AS household
) AS told
JOIN registry_household AS now ON now.id = told.now_id AND NOT starts_with(now.source_key, 'effacé:')
CROSS JOIN extract_secret AS secret
WHERE NOT EXISTS (SELECT FROM opposed WHERE opposed.household_id = told.now_id)
