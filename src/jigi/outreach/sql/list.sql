-- reads: who is concerned by a campaign today; writes: outreach_recipient, its list
INSERT INTO outreach_recipient (campaign_id, household_id, person_id, area_id, village, place, day, amount_xof,
    reachable, written, left_out)
SELECT %(campaign)s, found.household_id, found.person_id, found.area_id, found.village, found.place, found.day,
    found.amount_xof, false, false, false
FROM (
    {sql:people}
) AS found
ORDER BY found.person_id
