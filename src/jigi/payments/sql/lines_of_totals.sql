-- reads: ledger_posting, payments_instruction, payments_entitlement; payments_total as the lines say it, from nothing kept
SELECT funding_line_id, origin_round_id AS round_id, component_id, commune_id, agency_id, kind,
    count(*) FILTER (WHERE NOT of_fee) AS lines, coalesce(sum(amount_xof) FILTER (WHERE NOT of_fee), 0)::bigint AS amount_xof,
    sum(reserved * amount_xof)::bigint AS reserved_xof, sum(agency * amount_xof)::bigint AS agency_xof,
    sum(paid * amount_xof)::bigint AS paid_xof, sum(fees_xof)::bigint AS fees_xof, sum(paid_whole)::bigint AS paid_lines
FROM (
{sql:rights_moved}
    WHERE posted.kind IN ('commit', 'pay', 'unpaid', 'reverse', 'refund', 'undo')
    UNION ALL
    -- A reservation is posted whole; its lines are the rights of the round.
    SELECT owed.funding_line_id, owed.round_id, owed.component_id, owed.commune_id, owed.agency_id, 'reserve',
        owed.amount_xof, 1, 0, 0, 0, false,
        CASE WHEN rule.mode = 'on_top' THEN programmes_fee(rule.fixed_xof, rule.per_mille, rule.least_xof, rule.most_xof,
            owed.amount_xof) ELSE 0 END
    FROM payments_entitlement AS owed
    JOIN payments_paymentround AS round ON round.id = owed.round_id
    LEFT JOIN payments_roundfee AS ruled
        ON ruled.round_id = owed.round_id AND ruled.commune_id = owed.commune_id AND ruled.agency_id = owed.agency_id
    LEFT JOIN programmes_feerule AS rule ON rule.id = ruled.rule_id
    WHERE round.status IN ('approved', 'released', 'closed')
) AS moved
GROUP BY funding_line_id, origin_round_id, component_id, commune_id, agency_id, kind
