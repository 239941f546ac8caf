-- reads: payments_charges(), programmes_budgetline; the rounds that charged one line of a budget (none: those that no line pays)
SELECT charged.round_id, charged.reserved_xof, charged.committed_xof, charged.spent_xof, charged.returned_xof
FROM payments_charges(%(agreement)s) AS charged
WHERE charged.purpose = %(purpose)s AND programmes_budget_line(
    %(budget)s, charged.purpose, charged.component_id, charged.year) IS NOT DISTINCT FROM %(line)s
ORDER BY charged.round_id
