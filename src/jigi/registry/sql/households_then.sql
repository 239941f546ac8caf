-- reads: registry_household, registry_livingconditions and their past: what targeting reads of the households named, as
-- it stood at an instant; a household not yet in the register then has no row
SELECT household.*, {living}
FROM (
    SELECT id, rsu_number, commune_id, village_id, stay_commune_id, stay_village_id, situation, head_name, size, status,
        collected_on AS visited_on
    FROM registry_household
    WHERE id = ANY (%(households)s) AND recorded_at <= %(at)s
    UNION ALL
    SELECT id, rsu_number, commune_id, village_id, stay_commune_id, stay_village_id, situation, head_name, size, status,
        collected_on
    FROM registry_pasthousehold
    WHERE id = ANY (%(households)s) AND recorded_at <= %(at)s AND recorded_to > %(at)s
) AS household
LEFT JOIN (
    SELECT household_id, {living}
    FROM registry_livingconditions
    WHERE household_id = ANY (%(households)s) AND recorded_at <= %(at)s
    UNION ALL
    SELECT household_id, {living}
    FROM registry_pastlivingconditions
    WHERE household_id = ANY (%(households)s) AND recorded_at <= %(at)s AND recorded_to > %(at)s
) AS living ON living.household_id = household.id
ORDER BY household.id
