-- reads: incoming and matched (temporary), payments_instruction, payments_paymentround, payments_attempt; writes: payments_returnline, each line with its outcome
INSERT INTO payments_returnline (return_file_id, line, reference, status_read, amount_read, date_read, reason_read,
    agency_reference, amount_xof, paid_on, outcome, instruction_id, origin_round_id, resolution, matched_by, why,
    rsu_read, phone_read, name_read, village_read)
SELECT %(file)s, line, reference, status_read, amount_read, date_read, reason_read,
    agency_reference, amount_xof, paid_on, outcome, instruction_id, instruction_round_id, '',
    CASE WHEN instruction_id IS NULL THEN '' ELSE coalesce(key, 'reference') END,
    CASE WHEN why <> '' THEN why WHEN instruction_id IS NULL THEN doubt
        WHEN status = 'listed' AND waits THEN 'Cet ordre n’est pas libéré : l’agence ne devait pas l’avoir reçu.'
        ELSE '' END,
    -- Who is named stays written where a person has to find the order.
    CASE WHEN waits THEN rsu ELSE '' END, CASE WHEN waits THEN phone_read ELSE '' END,
    CASE WHEN waits THEN name ELSE '' END, CASE WHEN waits THEN village ELSE '' END
FROM (
    SELECT *, outcome IN ('unknown', 'other_agency', 'wrong_amount', 'unreadable', 'conflict') AS waits
    FROM (
        SELECT *, CASE
            WHEN why <> '' THEN 'unreadable'
            WHEN instruction_id IS NULL THEN 'unknown'
            WHEN agency_id <> %(agency)s THEN 'other_agency'
            WHEN said = 'reversed' THEN CASE
                WHEN turn > 1 OR status = 'reversed' THEN 'repeated'
                WHEN status = 'paid' OR status = 'open' AND first_said = 'paid' AND first_same_amount AND NOT EXISTS (
                    SELECT FROM payments_attempt AS sent
                    WHERE sent.instruction_id = heard.instruction_id
                        AND sent.origin_round_id = heard.instruction_round_id
                        AND sent.status <> 'rejected' AND sent.returned_on IS NULL)
                    -- What comes back is the whole payment, written with its sign or without.
                    THEN CASE WHEN other_amount THEN 'wrong_amount' ELSE 'reversed' END
                ELSE 'conflict' END
            WHEN turn > 1 AND said = first_said AND same_amount = first_same_amount THEN 'repeated'
            WHEN turn > 1 THEN 'conflict'
            WHEN said = status THEN 'repeated'
            WHEN status <> 'open' THEN 'conflict'
            WHEN said = 'paid' AND NOT same_amount THEN 'wrong_amount'
            -- Sent to its agency by machine, and not proven unpaid there.
            WHEN said IN ('absent', 'refused') AND EXISTS (
                SELECT FROM payments_attempt AS sent
                WHERE sent.instruction_id = heard.instruction_id AND sent.origin_round_id = heard.instruction_round_id
                    AND sent.status <> 'rejected' AND sent.returned_on IS NULL) THEN 'conflict'
            ELSE said
            END AS outcome
        FROM (
            SELECT named.*,
                row_number() OVER lines AS turn,
                first_value(said) OVER answers AS first_said,
                first_value(same_amount) OVER answers AS first_same_amount
            FROM (
                SELECT incoming.*, coalesce(by_reference.id, by_key.id) AS instruction_id,
                    coalesce(by_reference.origin_round_id, by_key.origin_round_id) AS instruction_round_id,
                    coalesce(by_reference.agency_id, by_key.agency_id) AS agency_id,
                    -- An order of a list that is not released is not with its agency: no answer settles it.
                    CASE WHEN coalesce(by_reference.status, by_key.status) = 'open' AND ordered.status <> 'released'
                        THEN 'listed' ELSE coalesce(by_reference.status, by_key.status) END AS status,
                    incoming.amount_xof = coalesce(by_reference.amount_xof, by_key.amount_xof) AS same_amount,
                    abs(incoming.amount_xof) <> coalesce(by_reference.amount_xof, by_key.amount_xof) AS other_amount,
                    matched.key, coalesce(matched.why, '') AS doubt,
                    -- Lines that no order answers for are each of their own.
                    coalesce(coalesce(by_reference.origin_round_id, by_key.origin_round_id) || '-'
                        || coalesce(by_reference.id, by_key.id), '?' || incoming.line) AS named_order
                FROM incoming
                LEFT JOIN payments_instruction AS by_reference
                    ON by_reference.origin_round_id = ANY (%(rounds)s)
                    AND by_reference.origin_round_id = incoming.origin_round_id
                    AND by_reference.reference = incoming.reference
                LEFT JOIN matched ON matched.line = incoming.line
                LEFT JOIN payments_instruction AS by_key
                    ON by_key.origin_round_id = ANY (%(rounds)s)
                    AND by_key.origin_round_id = matched.origin_round_id AND by_key.id = matched.instruction_id
                LEFT JOIN payments_paymentround AS ordered ON ordered.id = coalesce(by_reference.round_id, by_key.round_id)
            ) AS named
            WINDOW lines AS (PARTITION BY named_order, why <> '', said = 'reversed' ORDER BY line),
                answers AS (PARTITION BY named_order ORDER BY why <> '', said = 'reversed', line)
        ) AS heard
    ) AS judged
) AS told
ORDER BY line
