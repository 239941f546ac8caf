-- reads: touched_household, erased_household, erased_person, payments_instruction; writes: payments_returnline (what the
-- agency wrote of their orders; reference, amount, day and outcome stay)
UPDATE payments_returnline AS answer SET status_read = '', amount_read = '', date_read = '', reason_read = '',
    agency_reference = '', rsu_read = '', phone_read = '', name_read = '', village_read = '', resolution = CASE WHEN answer.resolution = '' THEN '' ELSE 'effacé' END
FROM payments_instruction AS line
WHERE line.id = answer.instruction_id AND line.origin_round_id = answer.origin_round_id
    AND line.household_id IN (SELECT id FROM touched_household)
    AND (line.household_id IN (SELECT id FROM erased_household) OR line.recipient_id IN (SELECT id FROM erased_person))
