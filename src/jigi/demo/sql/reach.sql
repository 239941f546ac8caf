-- reads: registry_household, registry_membership, programmes_component; writes: delivery_reach, as a year of sessions
-- (half the households), rations (two persons in each third), works (an eighth) and grants (a fourteenth) leaves it
INSERT INTO delivery_reach (component_id, commune_id, household_id, person_id, sort, year, events)
SELECT component.id, household.commune_id, household.id, reached.person_id, reached.sort, %(year)s, 10
FROM registry_household AS household
CROSS JOIN LATERAL (
    SELECT 'sessions' AS sort, NULL::bigint AS person_id WHERE household.id %% 2 = 0
    UNION ALL SELECT 'works', NULL WHERE household.id %% 8 = 1
    UNION ALL SELECT 'grants', NULL WHERE household.id %% 14 = 3
    UNION ALL (SELECT 'nutrition', member.person_id FROM registry_membership AS member
        WHERE household.id %% 3 = 0 AND member.household_id = household.id AND member.ended_on IS NULL
        ORDER BY member.id DESC LIMIT 2)
) AS reached
JOIN programmes_component AS component ON component.kind = reached.sort
