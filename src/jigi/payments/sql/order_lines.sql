-- reads: payments_instruction of one round and agency, payments_attempt; the lines of its order file, telephone and account sealed,
-- the agreement that pays, and last the index that the account must open to
SELECT line.reference, household.rsu_number, person.given_names || ' ' || person.surname,
    coalesce(phone.sealed, ''), line.pay_point, line.account_sealed, line.amount_xof,
    CASE line.kind WHEN 'right' THEN 'droit' ELSE 'rappel' END, paying.label,
    funding.agreement_id, line.account_index
FROM payments_instruction AS line
JOIN payments_paymentround AS paying ON paying.id = line.round_id
JOIN programmes_fundingline AS funding ON funding.id = line.funding_line_id
JOIN registry_household AS household ON household.id = line.household_id
JOIN registry_person AS person ON person.id = line.recipient_id
LEFT JOIN LATERAL (
    SELECT sealed FROM registry_phone WHERE person_id = line.recipient_id ORDER BY id LIMIT 1
) AS phone ON true
WHERE line.round_id = %(round)s AND line.agency_id = %(agency)s AND line.status <> 'held'
    -- What was given to the agency by machine leaves by no other way, whatever became of it there.
    AND NOT EXISTS (
        SELECT FROM payments_attempt AS sent
        WHERE sent.instruction_id = line.id AND sent.origin_round_id = line.origin_round_id AND sent.reason <> 'AILLEURS'
    )
ORDER BY line.pay_point, person.surname, person.given_names, line.id
