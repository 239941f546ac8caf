-- reads: payments_returnline of one file, payments_instruction, payments_agencyreply; the rounds whose orders the
-- file answers though its agency did not accept them, or its author does not work there
SELECT DISTINCT round.label
FROM payments_returnline AS answer
JOIN payments_instruction AS line ON line.id = answer.instruction_id AND line.origin_round_id = answer.origin_round_id
JOIN payments_paymentround AS round ON round.id = line.round_id
WHERE answer.return_file_id = %(file)s AND line.agency_id = %(agency)s AND NOT (
    (line.agency_id, line.component_id) IN (SELECT * FROM payments_works_for(%(by)s))
    AND EXISTS (SELECT FROM payments_agencyreply AS reply WHERE reply.payment_round_id = line.round_id
        AND reply.agency_id = line.agency_id AND reply.verdict = 'accepted'))
ORDER BY round.label
