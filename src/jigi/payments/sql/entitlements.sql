-- reads: enrolment_enrolment, registry_* (withheld.sql), payments_roundcommune, programmes_component, other programmes' rounds (elsewhere.sql), payments_duetaken and payments_termwithheld of the round (more.sql); writes: {entitlement}, the rights of one round
INSERT INTO {entitlement} (round_id, component_id, household_id, enrolment_id, funding_line_id, recipient_id,
    commune_id, agency_id, account_sealed, account_index, pay_point, amount_xof)
SELECT %(round)s, e.component_id, e.household_id, e.id, fc.funding_line_id, e.recipient_id,
    e.commune_id, e.agency_id, e.account_sealed, e.account_index, e.pay_point, due.amount_xof
FROM enrolment_enrolment AS e
JOIN payments_roundcommune AS rc ON rc.payment_round_id = %(round)s AND rc.commune_id = e.commune_id
JOIN programmes_component AS c ON c.id = e.component_id
JOIN programmes_fundingcommune AS fc ON fc.component_id = e.component_id AND fc.commune_id = e.commune_id AND fc.rank = 1
LEFT JOIN (
{sql:more}
) AS more ON more.enrolment_id = e.id
CROSS JOIN LATERAL (
    SELECT CASE WHEN %(beside)s THEN 0 ELSE c.amount_xof END + coalesce(more.amount_xof, 0)::bigint AS amount_xof
) AS due
WHERE {sql:payable}
    AND due.amount_xof > 0
ORDER BY e.commune_id, e.village_id, e.household_id
