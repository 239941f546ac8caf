-- reads: the questions given, registry_household, enrolment_card, enrolment_enrolment, registry_membership,
-- registry_phone, programmes_*, payments_instruction, payments_paymentround; for each question of an active household
-- whose present member has that telephone: the programme it is in, and its last order that waits (in a released round:
-- nobody has approved the money of another) or was paid
SELECT asked.asks, household.id AS household_id, household.commune_id, phone.sealed, phone.number_index,
    enrolled.programme, last.status, last.amount_xof, last.settled_on,
    left(coalesce(nullif(last.pay_point, ''), commune.name), 120) AS place
FROM unnest(%(asks)s::text[], %(number)s::text[], %(phone_index)s::bytea[]) AS asked (asks, number, phone_index)
JOIN LATERAL (
    SELECT id FROM registry_household WHERE rsu_number = asked.number AND length(asked.number) = 10
    UNION
    SELECT held.household_id FROM enrolment_card AS card JOIN enrolment_enrolment AS held ON held.id = card.enrolment_id
    WHERE card.number = asked.number AND card.withdrawn_at IS NULL AND length(asked.number) = 16
) AS named ON true
JOIN registry_household AS household ON household.id = named.id AND household.status = 'active'
JOIN geography_area AS commune ON commune.id = household.commune_id
JOIN LATERAL (
    SELECT known.sealed, known.number_index FROM registry_membership AS member
    JOIN registry_phone AS known ON known.person_id = member.person_id
    WHERE member.household_id = household.id AND member.ended_on IS NULL
        AND known.number_index = asked.phone_index AND asked.phone_index <> ''
    ORDER BY known.id LIMIT 1
) AS phone ON true
LEFT JOIN LATERAL (
    SELECT programme.name AS programme FROM enrolment_enrolment AS enrolment
    JOIN programmes_component AS component ON component.id = enrolment.component_id
    JOIN programmes_programme AS programme ON programme.id = component.programme_id
    WHERE enrolment.household_id = household.id AND enrolment.status <> 'exited'
    ORDER BY enrolment.id DESC LIMIT 1
) AS enrolled ON true
LEFT JOIN LATERAL (
    SELECT CASE line.status WHEN 'open' THEN 'open' ELSE 'paid' END AS status, line.settled_on, line.pay_point,
        CASE line.status WHEN 'partial' THEN line.paid_xof ELSE line.amount_xof END AS amount_xof
    FROM payments_instruction AS line
    JOIN payments_paymentround AS round ON round.id = line.round_id
    WHERE line.household_id = household.id
        AND (line.status IN ('paid', 'partial') OR line.status = 'open' AND round.status = 'released')
    ORDER BY (line.status = 'open') DESC, line.settled_on DESC NULLS LAST, line.id DESC LIMIT 1
) AS last ON true
ORDER BY household.id, asked.asks
