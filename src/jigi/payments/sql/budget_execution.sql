-- reads: programmes_budgetline, payments_charges(); each line of a budget with what rounds charged to it, then what no line pays
WITH charged AS (
    SELECT programmes_budget_line(%(budget)s, charge.purpose, charge.component_id, charge.year) AS line_id, charge.*
    FROM payments_charges(%(agreement)s) AS charge
)
SELECT line.id AS line_id, line.code, line.label, line.purpose, line.component, line.year,
    line.amount_xof AS budget_xof, coalesce(sum(charged.reserved_xof), 0)::bigint AS reserved_xof,
    CASE WHEN line.purpose = 'transfers' THEN coalesce(sum(charged.committed_xof), 0)::bigint END AS committed_xof,
    CASE WHEN line.purpose = 'transfers' THEN coalesce(sum(charged.spent_xof), 0)::bigint END AS spent_xof,
    coalesce(sum(charged.returned_xof), 0)::bigint AS returned_xof
FROM programmes_budgetline AS line
LEFT JOIN charged ON charged.line_id = line.id
WHERE line.budget_id = %(budget)s
GROUP BY line.id
UNION ALL
SELECT NULL, '', '', purpose, '', NULL, 0, sum(reserved_xof)::bigint, sum(committed_xof)::bigint, sum(spent_xof)::bigint,
    sum(returned_xof)::bigint
FROM charged WHERE line_id IS NULL GROUP BY purpose
ORDER BY year NULLS LAST, code, purpose
