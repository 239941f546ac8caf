-- reads: enrolment_enrolment and enrolment_card of a commune; active enrolments and live cards by village
SELECT e.village_id, coalesce(village.name, '') AS name, count(*) AS enrolled, count(card.id) AS cards
FROM enrolment_enrolment AS e
LEFT JOIN enrolment_card AS card
    ON card.enrolment_id = e.id AND card.withdrawn_at IS NULL AND card.recipient_id = e.recipient_id
LEFT JOIN geography_area AS village ON village.id = e.village_id
WHERE e.component_id = %(component)s AND e.commune_id = %(commune)s AND e.status = 'active'
    AND (%(village)s::bigint IS NULL OR e.village_id = %(village)s)
GROUP BY e.village_id, village.name
ORDER BY village.name NULLS LAST, e.village_id
