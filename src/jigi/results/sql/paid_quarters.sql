-- reads: payments_instruction, programmes_component, programmes_programme; what each commune received in each quarter,
-- of each programme and ('') of all together: households once, payments, francs
SELECT paid.commune_id, CASE WHEN grouping(programme.code) = 1 THEN '' ELSE programme.code END AS programme,
    to_char(paid.settled_on, 'YYYY"-T"Q') AS quarter, count(DISTINCT paid.household_id) AS households,
    count(*) AS payments, sum(CASE paid.status WHEN 'paid' THEN paid.amount_xof ELSE paid.paid_xof END)::bigint AS paid_xof
FROM payments_instruction AS paid
JOIN programmes_component AS component ON component.id = paid.component_id
JOIN programmes_programme AS programme ON programme.id = component.programme_id
WHERE paid.status IN ('paid', 'partial') AND paid.settled_on IS NOT NULL
GROUP BY GROUPING SETS (
    (paid.commune_id, to_char(paid.settled_on, 'YYYY"-T"Q')),
    (paid.commune_id, to_char(paid.settled_on, 'YYYY"-T"Q'), programme.code)
)
