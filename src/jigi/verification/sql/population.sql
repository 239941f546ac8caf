-- reads: payments_instruction of one round; how many paid orders and villages an exercise may draw from, without the communes left out
SELECT count(*) AS orders, count(DISTINCT coalesce(household.village_id, -line.commune_id)) AS villages
FROM payments_instruction AS line
JOIN registry_household AS household ON household.id = line.household_id
WHERE line.round_id = %(round)s AND line.status = 'paid' AND line.commune_id <> ALL (%(excluded)s)
