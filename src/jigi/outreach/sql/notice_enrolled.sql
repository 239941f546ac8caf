-- reads: cohorts made since it was told last and their enrolment_enrolment, of programmes that told so, registry_phone,
-- messaging_message; who is not told yet
SELECT 'enrolled:' || line.id AS cause, line.household_id, line.commune_id AS area_id, '' AS village,
    commune.name AS place, line.enrolled_at::date AS day, NULL::bigint AS amount_xof,
    programme.code AS programme, programme.name AS programme_name, '' AS organisation, said.language,
    own_phone.sealed, own_phone.number_index
FROM outreach_switch AS said
JOIN programmes_programme AS programme ON programme.id = said.programme_id
JOIN programmes_component AS component ON component.programme_id = programme.id
JOIN enrolment_cohort AS cohort ON cohort.component_id = component.id
    AND cohort.made_at >= greatest(said.since, said.told_until - %(overlap)s::interval)
JOIN enrolment_enrolment AS line ON line.cohort_id = cohort.id AND line.status = 'active'
JOIN geography_area AS commune ON commune.id = line.commune_id
CROSS JOIN LATERAL (SELECT line.recipient_id AS person_id) AS person
CROSS JOIN LATERAL (
    {sql:phone}
) AS own_phone
WHERE said.kind = 'enrolled' AND said.ended_at IS NULL
    AND NOT EXISTS (SELECT FROM messaging_message AS known WHERE known.cause = 'enrolled:' || line.id)
ORDER BY line.id LIMIT %(most)s
