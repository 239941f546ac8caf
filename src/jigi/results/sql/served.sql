-- reads: payments_instruction, programmes_component, programmes_fundingline, programmes_agreement, delivery_reach,
-- registry_household; each service of the days: a household paid (its orders paid, whole or in part), or reached by an
-- event. Of nutrition the person is said. A merged household counts as what it became. Attendance is kept by year: it
-- has no day, and counts when the days of the snapshot end in its year.
SELECT CASE WHEN gone.id IS NULL THEN paid.household_id ELSE schemes_survivor(gone.id) END AS household_id,
    NULL::bigint AS person_id, paid.commune_id, component.kind, agreement.code AS agreement,
    paid.settled_on AS on_day,
    CASE paid.status WHEN 'paid' THEN paid.amount_xof ELSE paid.paid_xof END AS amount
FROM payments_instruction AS paid
JOIN programmes_component AS component ON component.id = paid.component_id
JOIN programmes_fundingline AS line ON line.id = paid.funding_line_id
JOIN programmes_agreement AS agreement ON agreement.id = line.agreement_id
LEFT JOIN registry_household AS gone ON gone.id = paid.household_id AND gone.merged_into_id IS NOT NULL
WHERE paid.status IN ('paid', 'partial') AND paid.settled_on BETWEEN %(since)s AND %(until)s
UNION ALL
SELECT CASE WHEN gone.id IS NULL THEN reach.household_id ELSE schemes_survivor(gone.id) END,
    CASE WHEN reach.sort = 'nutrition' THEN reach.person_id END, reach.commune_id, reach.sort, NULL, NULL, 0
FROM delivery_reach AS reach
LEFT JOIN registry_household AS gone ON gone.id = reach.household_id AND gone.merged_into_id IS NOT NULL
WHERE reach.year = extract(year FROM %(until)s::date)
