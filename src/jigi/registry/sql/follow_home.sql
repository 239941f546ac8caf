-- reads: registry_membership, registry_household; writes: registry_person (the commune of the household where each lives:
-- the open, unshared membership first, else the last)
UPDATE registry_person AS person SET commune_id = home.commune_id
FROM (
    SELECT DISTINCT ON (member.person_id) member.person_id, household.commune_id
    FROM registry_membership AS member JOIN registry_household AS household ON household.id = member.household_id
    WHERE member.person_id = ANY(%(persons)s)
    ORDER BY member.person_id, member.ended_on DESC NULLS FIRST, member.shared, member.started_on DESC, member.id DESC
) AS home
WHERE home.person_id = person.id AND home.commune_id <> person.commune_id
