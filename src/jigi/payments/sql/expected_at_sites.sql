-- reads: payments_instruction of one round and agency, payments_attempt, enrolment_enrolment; who is expected at its pay points: one row a household and recipient
SELECT DISTINCT ON (line.household_id, line.recipient_id) line.component_id, line.commune_id, line.pay_point,
    enrolled.village_id, line.household_id, line.recipient_id
FROM payments_instruction AS line
JOIN payments_entitlement AS owed ON owed.id = line.entitlement_id AND owed.round_id = line.origin_round_id
JOIN enrolment_enrolment AS enrolled ON enrolled.id = owed.enrolment_id
WHERE line.round_id = %(round)s AND line.agency_id = %(agency)s AND line.status = 'open'
    -- What was given to the agency by machine is paid by no hand.
    AND NOT EXISTS (
        SELECT FROM payments_attempt AS sent
        WHERE sent.instruction_id = line.id AND sent.origin_round_id = line.origin_round_id AND sent.reason <> 'AILLEURS'
    )
ORDER BY line.household_id, line.recipient_id, line.kind DESC, line.id
