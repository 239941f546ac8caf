-- reads: registry_household; writes: registry_household (a village of the commune), registry_livingconditions: what a
-- formula reads of each household, the same from run to run
WITH villages AS (
    SELECT parent_id AS commune_id, array_agg(id ORDER BY id) AS ids FROM geography_area
    WHERE level = 'village' GROUP BY parent_id
), placed AS (
    UPDATE registry_household AS household SET village_id = ids[1 + household.id %% cardinality(ids)]
    FROM villages WHERE villages.commune_id = household.commune_id
)
INSERT INTO registry_livingconditions (household_id, household_size, roof, livelihood, collected_on)
SELECT id, 1 + id %% 11, CASE id %% 2 WHEN 0 THEN 'thatch' ELSE 'sheet' END,
    (ARRAY['farming', 'agropastoral', 'pastoral', 'trade'])[1 + id %% 4],
    CASE id %% 10 WHEN 0 THEN date '2012-01-01' ELSE date '2017-06-01' END
FROM registry_household
