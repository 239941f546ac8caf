-- reads: outreach_recipient of a campaign who can be reached: how many are told the same, by what the template says
SELECT said.village, said.place, said.day, said.amount_xof, count(*) AS people
FROM outreach_recipient AS person CROSS JOIN LATERAL (SELECT
    CASE WHEN 'village' = ANY (%(said)s::text[]) THEN person.village ELSE '' END AS village,
    CASE WHEN 'lieu' = ANY (%(said)s::text[]) THEN person.place ELSE '' END AS place,
    CASE WHEN 'date' = ANY (%(said)s::text[]) THEN person.day END AS day,
    CASE WHEN 'montant' = ANY (%(said)s::text[]) THEN person.amount_xof END AS amount_xof) AS said
WHERE person.campaign_id = %(campaign)s AND person.reachable
GROUP BY said.village, said.place, said.day, said.amount_xof
