-- reads: outreach_recipient of a campaign that the outbox does not hold yet, registry_phone; a slice of them
SELECT person.id, person.household_id, person.person_id, person.area_id, person.village, person.place, person.day,
    person.amount_xof, own.sealed, own.number_index
FROM outreach_recipient AS person
LEFT JOIN LATERAL (
    {sql:phone}
) AS own ON true
WHERE person.campaign_id = %(campaign)s AND person.reachable AND NOT person.written AND NOT person.left_out
ORDER BY person.id LIMIT %(most)s
