-- reads: enrolment_enrolment, registry_* (withheld.sql), payments_roundcommune, programmes_component, other programmes' rounds (elsewhere.sql); writes: {entitlement}, the rights of one round
INSERT INTO {entitlement} (round_id, component_id, household_id, enrolment_id, funding_line_id, recipient_id,
    commune_id, agency_id, account_sealed, account_index, pay_point, amount_xof)
SELECT %(round)s, e.component_id, e.household_id, e.id, fc.funding_line_id, e.recipient_id,
    e.commune_id, e.agency_id, e.account_sealed, e.account_index, e.pay_point, c.amount_xof
FROM enrolment_enrolment AS e
JOIN payments_roundcommune AS rc ON rc.payment_round_id = %(round)s AND rc.commune_id = e.commune_id
JOIN programmes_component AS c ON c.id = e.component_id
JOIN programmes_fundingcommune AS fc ON fc.component_id = e.component_id AND fc.commune_id = e.commune_id AND fc.rank = 1
WHERE e.component_id = %(component)s
    AND e.status = 'active'
    AND %(term)s BETWEEN e.first_term AND e.last_term
    AND e.id NOT IN (SELECT id FROM (
{sql:withheld}
    ) AS withheld WHERE NOT held)
    AND e.household_id NOT IN (SELECT household_id FROM (
{sql:elsewhere}
    ) AS elsewhere)
    AND NOT EXISTS (
        SELECT FROM payments_entitlement AS other
        WHERE other.round_id = ANY (%(same_term_rounds)s) AND other.household_id = e.household_id
            AND other.status <> 'cancelled'
    )
ORDER BY e.commune_id, e.village_id, e.household_id
