-- reads: enrolment_enrolment that live in a programme; writes: outreach_recipient
INSERT INTO outreach_recipient (campaign_id, household_id, person_id, area_id, village, place, day, amount_xof,
    reachable, written)
SELECT %(campaign)s, min(own.household_id), own.recipient_id, min(own.commune_id), coalesce(min(village.name), ''),
    left(coalesce(nullif(%(place)s, ''), min(commune.name)), 120), %(day)s::date, NULL, false, false
FROM enrolment_enrolment AS own
JOIN programmes_component AS component ON component.id = own.component_id AND component.programme_id = %(programme)s
JOIN geography_area AS commune ON commune.id = own.commune_id AND commune.path LIKE %(path)s || '%%'
LEFT JOIN geography_area AS village ON village.id = own.village_id
WHERE own.status = 'active'
GROUP BY own.recipient_id
ORDER BY own.recipient_id
