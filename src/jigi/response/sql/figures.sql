-- reads: response_arm, enrolment_enrolment, registry, payments; households of a response by commune, each counted once, what they were paid and what they were not
WITH answer AS (
    SELECT id, decided_at, coalesce(closed_at, 'infinity') AS closed_at FROM response_activation WHERE id = %(activation)s
), served AS (
    SELECT DISTINCT component_id FROM response_arm
    WHERE activation_id = (SELECT id FROM answer) AND status <> 'cancelled'
), household AS (
    SELECT DISTINCT ON (e.household_id) e.household_id, e.commune_id, recipient.sex
    FROM enrolment_enrolment AS e JOIN answer ON e.enrolled_at <= answer.closed_at
    JOIN registry_person AS recipient ON recipient.id = e.recipient_id
    WHERE e.component_id IN (SELECT component_id FROM served)
        AND coalesce(e.exited_at, 'infinity') >= answer.decided_at::date
    ORDER BY e.household_id, e.id
), size AS (
    SELECT member.household_id, count(*) AS persons
    FROM registry_membership AS member JOIN household ON household.household_id = member.household_id
    WHERE member.ended_on IS NULL GROUP BY member.household_id
), money AS (
    SELECT owed.household_id, sum(owed.amount_xof) AS rights_xof,
        sum(CASE WHEN owed.status = 'paid' THEN owed.amount_xof ELSE owed.paid_xof END) AS paid_xof
    FROM payments_paymentround AS round JOIN answer ON round.released_at >= answer.decided_at
        AND round.released_at <= answer.closed_at
    JOIN payments_entitlement AS owed ON owed.round_id = round.id
    WHERE round.component_id IN (SELECT component_id FROM served) AND round.status IN ('released', 'closed')
    GROUP BY owed.household_id
)
SELECT household.commune_id, count(*) AS households, coalesce(sum(size.persons), 0)::bigint AS persons,
    count(*) FILTER (WHERE household.sex = 'F') AS women,
    count(*) FILTER (WHERE money.paid_xof > 0) AS paid_households,
    coalesce(sum(size.persons) FILTER (WHERE money.paid_xof > 0), 0)::bigint AS paid_persons,
    coalesce(sum(money.paid_xof), 0)::bigint AS paid_xof,
    coalesce(sum(money.rights_xof - money.paid_xof), 0)::bigint AS unpaid_xof
FROM household
LEFT JOIN size ON size.household_id = household.household_id
LEFT JOIN money ON money.household_id = household.household_id
GROUP BY household.commune_id
