-- reads: outreach_recipient of a campaign who can be reached, from one on; what fills their words
SELECT person.id, person.household_id, person.area_id, person.village, person.place, person.day, person.amount_xof
FROM outreach_recipient AS person
WHERE person.campaign_id = %(campaign)s AND person.reachable AND person.id > %(after)s
ORDER BY person.id LIMIT %(most)s
