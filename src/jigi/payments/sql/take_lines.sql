-- reads: incoming (temporary), payments_instruction; writes: payments_returnline, each line with its outcome
INSERT INTO payments_returnline (return_file_id, line, reference, status_read, amount_read, date_read, reason_read,
    agency_reference, amount_xof, paid_on, outcome, instruction_id, origin_round_id, resolution)
SELECT %(file)s, line, reference, status_read, amount_read, date_read, reason_read,
    agency_reference, amount_xof, paid_on,
    CASE
        WHEN problem THEN 'unreadable'
        WHEN instruction_id IS NULL THEN 'unknown'
        WHEN agency_id <> %(agency)s THEN 'other_agency'
        WHEN said = 'reversed' THEN CASE
            WHEN turn > 1 OR status = 'reversed' THEN 'repeated'
            WHEN status = 'paid' OR status = 'open' AND first_said = 'paid' AND first_same_amount THEN 'reversed'
            ELSE 'conflict' END
        WHEN turn > 1 AND said = first_said AND same_amount = first_same_amount THEN 'repeated'
        WHEN turn > 1 THEN 'conflict'
        WHEN said = status THEN 'repeated'
        WHEN status <> 'open' THEN 'conflict'
        WHEN said = 'paid' AND NOT same_amount THEN 'wrong_amount'
        ELSE said
    END,
    instruction_id, instruction_round_id, ''
FROM (
    SELECT incoming.*, line_of.id AS instruction_id, line_of.origin_round_id AS instruction_round_id,
        line_of.agency_id, line_of.status,
        incoming.amount_xof = line_of.amount_xof AS same_amount,
        row_number() OVER lines AS turn,
        first_value(incoming.said) OVER answers AS first_said,
        first_value(incoming.amount_xof = line_of.amount_xof) OVER answers AS first_same_amount
    FROM incoming
    LEFT JOIN payments_instruction AS line_of
        ON line_of.origin_round_id = ANY (%(rounds)s)
        AND line_of.origin_round_id = incoming.origin_round_id AND line_of.reference = incoming.reference
    WINDOW lines AS (PARTITION BY incoming.reference, incoming.problem, incoming.said = 'reversed'
            ORDER BY incoming.line),
        answers AS (PARTITION BY incoming.reference
            ORDER BY incoming.problem, incoming.said = 'reversed', incoming.line)
) AS matched
ORDER BY line
