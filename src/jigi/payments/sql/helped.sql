-- reads: schemes_benefit, schemes_scheme, payments_instruction, payments_paymentround, registry_household; gives, inside
-- WITH, `helped`: the households of some communes that were helped for a need (branch) over a period, and by how many
-- givers: each scheme is one, each of our components another; a merged household counts as what it became
received AS (
    SELECT scheme.branch, 'scheme ' || scheme.id AS giver, benefit.household_id
    FROM schemes_benefit AS benefit JOIN schemes_scheme AS scheme ON scheme.id = benefit.scheme_id
    WHERE benefit.given_from <= %(until)s AND coalesce(benefit.given_to, 'infinity') >= %(since)s
    UNION
    SELECT 'transfer', 'component ' || paying.component_id, paid.household_id
    FROM payments_instruction AS paid JOIN payments_paymentround AS paying ON paying.id = paid.round_id
    WHERE paid.status = 'paid' AND paid.settled_on BETWEEN %(since)s AND %(until)s
), helped AS (
    SELECT received.branch, served.id, served.commune_id, count(DISTINCT received.giver) AS givers
    FROM received
    JOIN registry_household AS household ON household.id = received.household_id
    JOIN registry_household AS served ON served.id
        = CASE WHEN household.merged_into_id IS NULL THEN household.id ELSE schemes_survivor(household.id) END
    WHERE served.commune_id = ANY (%(communes)s)
    GROUP BY received.branch, served.id, served.commune_id
)
