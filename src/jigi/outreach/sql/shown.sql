-- reads: outreach_recipient of a campaign who can be reached: the first ones, and what fills their words
SELECT person.household_id, person.village, person.place, person.day, person.amount_xof
FROM outreach_recipient AS person
WHERE person.campaign_id = %(campaign)s AND person.reachable
ORDER BY person.id LIMIT %(most)s
