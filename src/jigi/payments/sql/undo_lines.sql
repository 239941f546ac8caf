-- reads: payments_returnline, payments_instruction, payments_attempt; writes: payments_returnundoing, the lines whose effect can be taken back
INSERT INTO payments_returnundoing (return_line_id, instruction_id, origin_round_id, outcome, by_id, why)
SELECT answer.id, line.id, line.origin_round_id, answer.outcome, %(by)s, %(why)s
FROM payments_returnline AS answer
JOIN payments_instruction AS line
    ON line.id = answer.instruction_id AND line.origin_round_id = answer.origin_round_id
    AND line.return_line_id = answer.id AND line.status = answer.outcome
JOIN payments_paymentround AS round ON round.id = line.round_id
WHERE (answer.id = %(line)s OR %(line)s IS NULL) AND answer.return_file_id = %(file)s
    AND line.origin_round_id = ANY (%(rounds)s) AND answer.outcome = ANY (%(outcomes)s)
    -- In a round that is closed, an absent is owed already: nothing of it is to take back but a payment, or
    -- that a payment came back.
    AND (round.status = 'released' OR answer.outcome IN ('paid', 'reversed'))
    -- What was ordered or paid again since rests on this answer.
    AND NOT EXISTS (
        SELECT FROM payments_instruction AS later
        WHERE later.origin_round_id = line.origin_round_id AND later.entitlement_id = line.entitlement_id
            AND later.attempt > line.attempt
    )
    AND NOT EXISTS (
        SELECT FROM payments_entitlement AS e
        WHERE e.round_id = line.origin_round_id AND e.id = line.entitlement_id AND e.status IN ('returned', 'cancelled')
    )
    -- What the agency proved by machine is not forgotten: nothing would carry it to the accounts again.
    AND NOT EXISTS (
        SELECT FROM payments_attempt AS sent
        WHERE sent.instruction_id = line.id AND sent.origin_round_id = line.origin_round_id AND sent.settled
            AND sent.status = 'executed'
            AND (answer.outcome = 'paid' AND sent.returned_on IS NULL
                OR answer.outcome = 'reversed' AND sent.returned_on IS NOT NULL)
    )
ORDER BY answer.id
