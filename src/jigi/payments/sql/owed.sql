-- reads: payments_owed of one component; how many rights are owed, and how much
SELECT count(*) AS entitlements, coalesce(sum(owed.amount_xof - owed.paid_xof), 0)::bigint AS amount_xof
FROM payments_owed AS debt
JOIN payments_entitlement AS owed ON owed.round_id = debt.round_id AND owed.id = debt.entitlement_id
WHERE debt.component_id = %(component)s
