-- reads: payments_siteline, payments_siteplan, payments_instruction, programmes_programme; the orders of some lines, those still open or, where none is, all
SELECT line_id, agency_id, programme, household_id, day, released_on, reference, amount_xof
FROM (
    SELECT line.id AS line_id, plan.agency_id, programme.code AS programme, line.household_id, day.day, round.released_at::date AS released_on,
        o.reference, o.amount_xof, o.id, o.status = 'open' AS is_open,
        bool_or(o.status = 'open') OVER (PARTITION BY line.id) AS any_open
    FROM payments_siteline AS line
    JOIN payments_siteplan AS plan ON plan.id = line.plan_id
    JOIN payments_siteday AS day ON day.id = line.day_id
    JOIN payments_paymentround AS round ON round.id = plan.payment_round_id
    JOIN programmes_component AS component ON component.id = round.component_id
    JOIN programmes_programme AS programme ON programme.id = component.programme_id
    JOIN payments_instruction AS o ON o.round_id = plan.payment_round_id AND o.agency_id = plan.agency_id
        AND o.household_id = line.household_id AND o.recipient_id = line.recipient_id AND o.status <> 'held'
    WHERE line.id = ANY (%(lines)s)
) AS asked
WHERE is_open OR NOT any_open
ORDER BY line_id, id
