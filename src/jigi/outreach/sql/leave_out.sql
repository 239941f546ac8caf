-- reads: who is concerned by a campaign today; writes: outreach_recipient of its frozen list who no longer are, or no longer
-- by what its words would tell them
UPDATE outreach_recipient AS person SET left_out = true
WHERE person.campaign_id = %(campaign)s AND person.reachable AND NOT person.written AND NOT person.left_out
    AND person.id <= %(last)s AND NOT EXISTS (
        SELECT FROM (
            {sql:people}
        ) AS still
        WHERE still.person_id = person.person_id
            AND ('lieu' <> ALL (%(said)s::text[]) OR still.place = person.place)
            AND ('date' <> ALL (%(said)s::text[]) OR still.day IS NOT DISTINCT FROM person.day)
            AND ('montant' <> ALL (%(said)s::text[]) OR still.amount_xof IS NOT DISTINCT FROM person.amount_xof))
