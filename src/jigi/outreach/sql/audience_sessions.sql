-- reads: delivery_session planned on a day, enrolment_enrolment of its village; writes: outreach_recipient
INSERT INTO outreach_recipient (campaign_id, household_id, person_id, area_id, village, place, day, amount_xof,
    reachable, written)
SELECT DISTINCT ON (own.recipient_id) %(campaign)s, own.household_id, own.recipient_id, held.commune_id, village.name,
    left(coalesce(nullif(held.place, ''), village.name), 120), held.planned_on, NULL::bigint, false, false
FROM delivery_session AS held
JOIN programmes_component AS component ON component.id = held.component_id AND component.programme_id = %(programme)s
JOIN geography_area AS village ON village.id = held.village_id
JOIN geography_area AS commune ON commune.id = held.commune_id AND commune.path LIKE %(path)s || '%%'
JOIN enrolment_enrolment AS own ON own.village_id = held.village_id AND own.status = 'active'
JOIN programmes_component AS also ON also.id = own.component_id AND also.programme_id = %(programme)s
WHERE held.status = 'planned' AND held.planned_on = %(day)s::date
ORDER BY own.recipient_id, held.id
