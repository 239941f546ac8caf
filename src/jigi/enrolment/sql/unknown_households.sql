-- reads: registry_household; writes: nothing
SELECT asked.id FROM (SELECT DISTINCT unnest(%(households)s::bigint[]) AS id) AS asked
WHERE NOT EXISTS (SELECT FROM registry_household WHERE registry_household.id = asked.id)
ORDER BY asked.id
