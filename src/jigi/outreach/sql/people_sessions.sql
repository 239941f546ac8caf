-- reads: delivery_session planned on a day, enrolment_enrolment of its village; who is expected, and what fills their words
SELECT DISTINCT ON (own.recipient_id) own.household_id, own.recipient_id AS person_id, held.commune_id AS area_id, village.name AS village,
    left(coalesce(nullif(%(place)s, ''), nullif(held.place, ''), village.name), 120) AS place, held.planned_on AS day,
    NULL::bigint AS amount_xof
FROM delivery_session AS held
JOIN programmes_component AS component ON component.id = held.component_id AND component.programme_id = %(programme)s
JOIN geography_area AS village ON village.id = held.village_id
JOIN geography_area AS commune ON commune.id = held.commune_id AND commune.path LIKE %(path)s || '%%'
JOIN enrolment_enrolment AS own ON own.village_id = held.village_id AND own.status = 'active'
JOIN programmes_component AS also ON also.id = own.component_id AND also.programme_id = %(programme)s
WHERE held.status = 'planned' AND held.planned_on = %(day)s::date
    AND (%(people)s::bigint[] IS NULL OR own.recipient_id = ANY (%(people)s::bigint[]))
ORDER BY own.recipient_id, held.id
