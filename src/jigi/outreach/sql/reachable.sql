-- reads: registry_phone, messaging_optout; writes: outreach_recipient of a campaign, those who can be reached
UPDATE outreach_recipient AS person SET reachable = true
WHERE person.campaign_id = %(campaign)s AND EXISTS (
    SELECT FROM (
        {sql:phone}
    ) AS own
    WHERE NOT EXISTS (SELECT FROM messaging_optout AS said
        WHERE said.phone_index = own.number_index AND said.ended_at IS NULL))
