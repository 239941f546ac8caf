-- reads: what agencies returned since it was told last, and what people decided of it, payments_instruction of programmes that
-- told so, registry_phone, messaging_message; who is not told yet
WITH told AS (
    SELECT programme_id, language, since,
        greatest(since, told_until - %(overlap)s::interval) AS floor
    FROM outreach_switch WHERE kind = 'paid' AND ended_at IS NULL
), answered AS (
    SELECT answer.id, answer.instruction_id, answer.origin_round_id, file.made_at AS at, file.made_at::date AS day
    FROM payments_returnfile AS file JOIN payments_returnline AS answer ON answer.return_file_id = file.id
    WHERE file.made_at >= (SELECT min(floor) FROM told) AND answer.outcome = 'paid'
    UNION
    SELECT answer.id, answer.instruction_id, answer.origin_round_id, answer.resolved_at, answer.resolved_at::date
    FROM payments_returnline AS answer
    WHERE answer.resolved_at >= (SELECT min(floor) FROM told) AND answer.outcome = 'paid'
)
SELECT DISTINCT ON (line.reference) 'paid:' || line.reference AS cause, line.household_id, line.commune_id AS area_id, '' AS village,
    left(coalesce(nullif(line.pay_point, ''), commune.name), 120) AS place,
    coalesce(line.settled_on, answered.day) AS day, line.amount_xof, programme.code AS programme,
    programme.name AS programme_name, agency.code AS organisation, told.language, own_phone.sealed, own_phone.number_index
FROM answered
JOIN payments_instruction AS line ON line.id = answered.instruction_id AND line.origin_round_id = answered.origin_round_id
    AND line.return_line_id = answered.id AND line.status = 'paid'
JOIN programmes_component AS component ON component.id = line.component_id
JOIN programmes_programme AS programme ON programme.id = component.programme_id
JOIN told ON told.programme_id = programme.id AND answered.at >= told.floor
JOIN programmes_agency AS agency ON agency.id = line.agency_id
JOIN geography_area AS commune ON commune.id = line.commune_id
CROSS JOIN LATERAL (SELECT line.recipient_id AS person_id) AS person
CROSS JOIN LATERAL (
    {sql:phone}
) AS own_phone
WHERE NOT EXISTS (SELECT FROM messaging_message AS known WHERE known.cause = 'paid:' || line.reference)
ORDER BY line.reference LIMIT %(most)s
