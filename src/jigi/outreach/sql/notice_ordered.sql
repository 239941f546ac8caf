-- reads: rounds released since it was told last and their payments_instruction, of programmes that told so, registry_phone,
-- messaging_message; who is not told yet
SELECT 'ordered:' || line.reference AS cause, line.household_id, line.commune_id AS area_id, '' AS village,
    left(coalesce(nullif(line.pay_point, ''), commune.name), 120) AS place, own.released_at::date AS day, line.amount_xof,
    programme.code AS programme, programme.name AS programme_name, agency.code AS organisation, said.language,
    own_phone.sealed, own_phone.number_index
FROM outreach_switch AS said
JOIN programmes_programme AS programme ON programme.id = said.programme_id
JOIN programmes_component AS component ON component.programme_id = programme.id
JOIN payments_paymentround AS own ON own.component_id = component.id AND own.status IN ('released', 'closed')
    AND own.released_at >= greatest(said.since, said.told_until - %(overlap)s::interval)
JOIN payments_instruction AS line ON line.round_id = own.id AND line.status = 'open'
JOIN programmes_agency AS agency ON agency.id = line.agency_id
JOIN geography_area AS commune ON commune.id = line.commune_id
CROSS JOIN LATERAL (SELECT line.recipient_id AS person_id) AS person
CROSS JOIN LATERAL (
    {sql:phone}
) AS own_phone
WHERE said.kind = 'ordered' AND said.ended_at IS NULL
    AND NOT EXISTS (SELECT FROM messaging_message AS known WHERE known.cause = 'ordered:' || line.reference)
ORDER BY line.reference LIMIT %(most)s
