-- reads: payments_duetaken, payments_termwithheld of a round; what it adds to the term of an enrolment, or takes from it
    SELECT enrolment_id, sum(amount_xof)::bigint AS amount_xof, sum(earned_xof)::bigint AS earned_xof,
        sum(restored_xof)::bigint AS restored_xof, sum(withheld_xof)::bigint AS withheld_xof,
        string_agg(reason, ' ; ' ORDER BY reason) AS reason
    FROM (
        SELECT due.enrolment_id, due.amount_xof, due.amount_xof AS earned_xof, 0 AS restored_xof, 0 AS withheld_xof,
            NULL AS reason
        FROM payments_duetaken AS taken JOIN delivery_due AS due ON due.id = taken.due_id
        WHERE taken.payment_round_id = %(round)s
        UNION ALL
        SELECT held.enrolment_id, -applied.amount_xof, 0, 0, applied.amount_xof, held.reason
        FROM payments_termwithheld AS applied JOIN delivery_withholding AS held ON held.id = applied.withholding_id
        WHERE applied.payment_round_id = %(round)s
        UNION ALL
        SELECT held.enrolment_id, applied.amount_xof, 0, applied.amount_xof, 0, NULL
        FROM payments_termwithheld AS applied JOIN delivery_withholding AS held ON held.id = applied.withholding_id
        WHERE applied.restored_round_id = %(round)s
    ) AS parts
    GROUP BY enrolment_id
