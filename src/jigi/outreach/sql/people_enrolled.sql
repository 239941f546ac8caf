-- reads: enrolment_enrolment that live in a programme; who is concerned by a campaign to the enrolled, and what fills their words
SELECT min(own.household_id) AS household_id, own.recipient_id AS person_id, min(own.commune_id) AS area_id,
    coalesce(min(village.name), '') AS village,
    left(coalesce(nullif(%(place)s, ''), min(commune.name)), 120) AS place, %(day)s::date AS day, NULL::bigint AS amount_xof
FROM enrolment_enrolment AS own
JOIN programmes_component AS component ON component.id = own.component_id AND component.programme_id = %(programme)s
JOIN geography_area AS commune ON commune.id = own.commune_id AND commune.path LIKE %(path)s || '%%'
LEFT JOIN geography_area AS village ON village.id = own.village_id
WHERE own.status = 'active' AND (%(people)s::bigint[] IS NULL OR own.recipient_id = ANY (%(people)s::bigint[]))
GROUP BY own.recipient_id
