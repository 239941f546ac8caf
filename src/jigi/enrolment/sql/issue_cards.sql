-- reads: enrolment_enrolment of a commune; writes: enrolment_card, one for each active enrolment that has none
INSERT INTO enrolment_card (number, enrolment_id, recipient_id, key_id, made_by_id, withdrawn_why)
-- Half of a number drawn by the database's strong generator: 62 bits that say nothing.
SELECT right(replace(gen_random_uuid()::text, '-', ''), 16), e.id, e.recipient_id, %(key)s, %(by)s, ''
FROM enrolment_enrolment AS e
WHERE e.component_id = %(component)s AND e.commune_id = %(commune)s AND e.status = 'active'
    AND (%(village)s::bigint IS NULL OR e.village_id = %(village)s)
    AND NOT EXISTS (SELECT FROM enrolment_card AS card WHERE card.enrolment_id = e.id AND card.withdrawn_at IS NULL)
