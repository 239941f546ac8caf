-- reads: enrolment_enrolment AS e of the statement that it is part of, registry_* and other rounds; who has a right in a round of the term, whatever its amount
e.component_id = %(component)s
    -- What is owed beside a term (earned, or given back by a catch-up) is paid after the exit too.
    AND (e.status = 'active' AND %(term)s BETWEEN e.first_term AND e.last_term
        OR %(beside)s AND e.status <> 'suspended' AND e.first_term <= %(term)s)
    -- What was earned stays a right when the household merged or the recipient died: its order is held at the release.
    AND (%(earned)s OR e.id NOT IN (SELECT id FROM (
{sql:withheld}
    ) AS withheld WHERE NOT held))
    AND e.household_id NOT IN (SELECT household_id FROM (
{sql:elsewhere}
    ) AS elsewhere)
    -- What is earned is known by its due, which no other round takes: a term may pay it twice, never the same.
    AND (%(beside)s OR NOT EXISTS (
        SELECT FROM payments_entitlement AS other
        WHERE other.round_id = ANY (%(same_term_rounds)s) AND other.household_id = e.household_id
            AND other.status <> 'cancelled'
    ) AND NOT EXISTS (
        -- Withheld whole where the household was then: it left no right behind.
        SELECT FROM payments_termwithheld AS applied
        JOIN delivery_withholding AS whole ON whole.id = applied.withholding_id
        WHERE applied.payment_round_id = ANY (%(same_term_rounds)s) AND whole.enrolment_id = e.id
    ))
