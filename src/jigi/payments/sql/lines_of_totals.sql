-- reads: ledger_posting, payments_instruction, payments_entitlement; payments_total as the lines say it, from nothing kept
SELECT funding_line_id, origin_round_id AS round_id, component_id, commune_id, agency_id, kind,
    count(*) AS lines, sum(amount_xof)::bigint AS amount_xof,
    sum(reserved * amount_xof)::bigint AS reserved_xof, sum(agency * amount_xof)::bigint AS agency_xof,
    sum(paid * amount_xof)::bigint AS paid_xof, sum(fees * amount_xof)::bigint AS fees_xof,
    sum(paid)::bigint AS paid_lines
FROM (
    SELECT line.funding_line_id, line.origin_round_id, line.component_id, line.commune_id, line.agency_id, posted.kind,
        posted.amount_xof, (debit.kind = 'programme')::int - (credit.kind = 'programme')::int AS reserved,
        (debit.kind = 'agency')::int - (credit.kind = 'agency')::int AS agency,
        (debit.kind = 'paid')::int - (credit.kind = 'paid')::int AS paid,
        (debit.kind IN ('fees', 'fees_held', 'fees_paid'))::int
            - (credit.kind IN ('fees', 'fees_held', 'fees_paid'))::int AS fees
    FROM ledger_posting AS posted
    JOIN payments_instruction AS line ON line.entitlement_id = posted.item AND line.attempt = posted.attempt
    JOIN ledger_account AS debit ON debit.id = posted.debit_id
    JOIN ledger_account AS credit ON credit.id = posted.credit_id
    WHERE posted.kind IN ('commit', 'pay', 'unpaid', 'reverse', 'refund', 'undo', 'fee')
    UNION ALL
    -- A reservation is posted whole; its lines are the rights of the round.
    SELECT owed.funding_line_id, owed.round_id, owed.component_id, owed.commune_id, owed.agency_id, 'reserve',
        owed.amount_xof, 1, 0, 0, 0
    FROM payments_entitlement AS owed
    JOIN payments_paymentround AS round ON round.id = owed.round_id
    WHERE round.status IN ('approved', 'released', 'closed')
) AS moved
GROUP BY funding_line_id, origin_round_id, component_id, commune_id, agency_id, kind
