-- reads: registry_phone, registry_membership, registry_household; enumerators whose households share telephones
WITH kept AS (
    SELECT phone.number_index AS number, household.id AS household_id, household.collector, household.batch_id,
        household.commune_id, household.registered_at
    FROM registry_phone AS phone
    JOIN registry_membership AS member ON member.person_id = phone.person_id AND member.ended_on IS NULL
    JOIN registry_household AS household ON household.id = member.household_id
    -- A telephone lent by a neighbour is usual; one that two households call their own is not.
    WHERE household.collector <> '' AND phone.owner = 'self'
), shared AS (
    SELECT collector, number, count(DISTINCT household_id) AS households, max(registered_at) AS last_seen
    FROM kept GROUP BY collector, number HAVING count(DISTINCT household_id) > 1
)
SELECT kept.collector AS subject, 'téléphones' AS period, 'enquêteur ' || kept.collector AS label,
    NULL::bigint AS about_id, CASE WHEN count(DISTINCT commune_id) = 1 THEN min(commune_id) END AS commune_id,
    min(kept.registered_at) AS first_seen, max(kept.registered_at) AS last_seen,
    count(DISTINCT kept.household_id) AS count, jsonb_build_object('telephones', count(DISTINCT number)) AS facts,
    '{}'::bigint[] AS events, (array_agg(DISTINCT kept.household_id))[1:200] AS households
FROM kept JOIN shared USING (collector, number)
GROUP BY kept.collector
HAVING count(DISTINCT kept.household_id) >= %(threshold)s AND max(kept.registered_at) >= %(since)s
