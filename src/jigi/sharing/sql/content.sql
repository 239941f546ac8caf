-- reads: sharing_sharingdisclosure of one delivery, registry_household, registry_person, registry_membership,
-- registry_livingconditions, registry_identifier, registry_phone, schemes_benefit, geography_area; what is told of each
-- line, in the order of content.COLUMNS: what the request did not ask for is never read
SELECT line.id,
    CASE WHEN 'rsu_number' = ANY (%(fields)s) THEN household.rsu_number END,
    CASE WHEN 'place' = ANY (%(fields)s) THEN commune.code END,
    CASE WHEN 'place' = ANY (%(fields)s) THEN commune.name END,
    CASE WHEN 'place' = ANY (%(fields)s) THEN village.name END,
    CASE WHEN 'place' = ANY (%(fields)s) THEN household.situation END,
    CASE WHEN 'composition' = ANY (%(fields)s) THEN household.size END,
    CASE WHEN 'composition' = ANY (%(fields)s) AND line.person_id IS NOT NULL THEN member.relation END,
    CASE WHEN 'composition' = ANY (%(fields)s) AND line.person_id IS NOT NULL THEN person.sex END,
    CASE WHEN 'composition' = ANY (%(fields)s) AND line.person_id IS NOT NULL THEN to_char(person.birth_date,
        CASE person.birth_precision WHEN 'day' THEN 'YYYY-MM-DD' WHEN 'month' THEN 'YYYY-MM' ELSE 'YYYY' END) END,
    living.livelihood, living.wall, living.roof, living.floor, living.water, living.toilet, living.rooms,
    living.meals_per_day, living.fcs, living.rcsi, living.hdds, living.land_ha, living.cattle, living.sheep_goats,
    given.times, given.latest, given.amount_xof,
    CASE WHEN 'names' = ANY (%(fields)s) THEN person.given_names END,
    CASE WHEN 'names' = ANY (%(fields)s) THEN person.surname END,
    (SELECT document.sealed FROM registry_identifier AS document
        WHERE 'nina' = ANY (%(fields)s) AND document.person_id = person.id AND document.kind = 'nina'
        ORDER BY document.id LIMIT 1),
    (SELECT phone.sealed FROM registry_phone AS phone
        WHERE 'phone' = ANY (%(fields)s) AND phone.person_id = person.id ORDER BY phone.id LIMIT 1),
    CASE WHEN 'position' = ANY (%(fields)s) THEN household.longitude END,
    CASE WHEN 'position' = ANY (%(fields)s) THEN household.latitude END
FROM sharing_sharingdisclosure AS line
JOIN registry_household AS household ON household.id = line.household_id
JOIN geography_area AS commune ON commune.id = household.commune_id
LEFT JOIN geography_area AS village ON village.id = household.village_id
-- The person of the line; of a household, its head as the line says: who is told is who is recorded.
LEFT JOIN registry_person AS person ON person.id = coalesce(line.person_id, line.head_id)
LEFT JOIN registry_membership AS member ON member.household_id = household.id AND member.person_id = line.person_id
    AND member.ended_on IS NULL
LEFT JOIN registry_livingconditions AS living
    ON 'living_conditions' = ANY (%(fields)s) AND living.household_id = household.id
LEFT JOIN LATERAL (
    SELECT count(*) AS times, max(benefit.given_from) AS latest, sum(benefit.amount_xof) AS amount_xof
    FROM schemes_benefit AS benefit WHERE benefit.household_id = household.id
) AS given ON 'benefits' = ANY (%(fields)s)
WHERE line.told_in_id = %(delivery)s
ORDER BY line.id
