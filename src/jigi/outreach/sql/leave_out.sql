-- reads: who is concerned by a campaign today; writes: outreach_recipient of its frozen list who no longer are, or no longer
-- for what would be told them
UPDATE outreach_recipient AS person SET left_out = true
WHERE person.campaign_id = %(campaign)s AND person.reachable AND NOT person.written AND NOT person.left_out
    AND person.id <= %(last)s AND NOT EXISTS (
        SELECT FROM (
            {sql:people}
        ) AS still
        WHERE still.person_id = person.person_id
            AND (still.place, still.day, still.amount_xof) IS NOT DISTINCT FROM (person.place, person.day, person.amount_xof))
