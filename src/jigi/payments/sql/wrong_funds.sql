-- reads: payments_total, ledger_account; the agreements whose kept totals are not the balances of their accounts
SELECT account.fund AS agreement, account.kind, sum(account.balance_xof)::bigint - coalesce(max(reprise.amount_xof), 0)::bigint
    AS balance_xof, coalesce(max(kept.amount_xof), 0)::bigint AS kept_xof
FROM (
    SELECT fund, balance_xof, CASE WHEN kind LIKE 'fees%%' THEN 'fees' ELSE kind END AS kind FROM ledger_account
) AS account
LEFT JOIN (
    SELECT agreement.code AS fund, effect.kind, sum(effect.amount_xof) AS amount_xof
    FROM payments_total AS total
    JOIN programmes_fundingline AS funding ON funding.id = total.funding_line_id
    JOIN programmes_agreement AS agreement ON agreement.id = funding.agreement_id
    CROSS JOIN LATERAL (VALUES ('programme', total.reserved_xof), ('agency', total.agency_xof), ('paid', total.paid_xof),
            ('fees', total.fees_xof))
        AS effect (kind, amount_xof)
    GROUP BY agreement.code, effect.kind
) AS kept ON kept.fund = account.fund AND kept.kind = account.kind
LEFT JOIN (
    -- What was taken over from another system has no line here.
    SELECT taken.fund, taken.kind, sum(moved.amount_xof) AS amount_xof
    FROM ledger_moved AS moved JOIN ledger_account AS taken ON taken.id = moved.debit_id
    WHERE moved.kind = 'open' GROUP BY taken.fund, taken.kind
) AS reprise ON reprise.fund = account.fund AND reprise.kind = account.kind
WHERE account.kind IN ('programme', 'agency', 'paid', 'fees') AND (account.fund = %(fund)s OR %(fund)s IS NULL)
GROUP BY account.fund, account.kind
HAVING sum(account.balance_xof) - coalesce(max(reprise.amount_xof), 0) <> coalesce(max(kept.amount_xof), 0)
ORDER BY account.fund, account.kind
