-- reads: enrolment_enrolment of a commune; writes: enrolment_card, withdrawn where the recipient has changed
UPDATE enrolment_card AS card SET withdrawn_at = now(), withdrawn_by_id = %(by)s, withdrawn_why = %(why)s
FROM enrolment_enrolment AS e
WHERE e.id = card.enrolment_id AND card.withdrawn_at IS NULL AND card.recipient_id <> e.recipient_id
    AND e.component_id = %(component)s AND e.commune_id = %(commune)s
    AND (%(village)s::bigint IS NULL OR e.village_id = %(village)s)
