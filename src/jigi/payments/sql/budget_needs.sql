-- reads: payments_entitlement, payments_roundfee, programmes_budget, payments_charges(); the budget lines that a round takes on, with what they hold and what it needs
WITH needed AS (
    SELECT funding.agreement_id, funding.component_id, asked.purpose, asked.amount_xof
    FROM (
        SELECT funding_line_id, 'transfers' AS purpose, sum(amount_xof)::bigint AS amount_xof
        FROM payments_entitlement WHERE round_id = %(round)s GROUP BY funding_line_id
        UNION ALL
        SELECT funding_line_id, 'fees', sum(fee_xof)::bigint
        FROM (
{sql:fee_lines}
            WHERE ruled.round_id = %(round)s
        ) AS fee WHERE fee_xof > 0 GROUP BY funding_line_id
    ) AS asked
    JOIN programmes_fundingline AS funding ON funding.id = asked.funding_line_id
)
SELECT agreement.code AS agreement, budget.strict, coalesce(line.code, '') AS line,
    coalesce(line.label, '') AS label, needed.purpose, line.year, coalesce(line.amount_xof, 0) AS budget_xof,
    sum(needed.amount_xof)::bigint AS needed_xof, coalesce((
        SELECT sum(charged.reserved_xof - charged.returned_xof) FROM payments_charges(agreement.id) AS charged
        WHERE charged.purpose = needed.purpose AND charged.round_id <> %(round)s
            AND programmes_budget_line(budget.id, charged.purpose, charged.component_id, charged.year)
                IS NOT DISTINCT FROM line.id
    ), 0)::bigint AS used_xof
FROM needed
JOIN programmes_agreement AS agreement ON agreement.id = needed.agreement_id
JOIN programmes_budget AS budget ON budget.id = programmes_budget_of(agreement.id, current_date)
JOIN payments_paymentround AS round ON round.id = %(round)s
LEFT JOIN programmes_budgetline AS line ON line.id = programmes_budget_line(
    budget.id, needed.purpose, needed.component_id, extract(year FROM round.covers_from)::int)
GROUP BY agreement.id, agreement.code, budget.id, budget.strict, line.id, needed.purpose
ORDER BY agreement.code, line.code, needed.purpose
