-- reads: programmes_fundingline, programmes_agencyaccount, ledger_account; accounts of the funding lines of some rounds that have no account of fees
SELECT account.id, account.code, account.name, account.kind, account.fund
FROM ledger_account AS account
WHERE account.id IN (
    SELECT unnest(ARRAY[funding.reserved_id, funding.paid_id]) FROM programmes_fundingline AS funding
    WHERE funding.id = ANY (%(lines)s)
    UNION SELECT held.account_id FROM programmes_agencyaccount AS held WHERE held.funding_line_id = ANY (%(lines)s)
) AND NOT EXISTS (SELECT FROM payments_feetwin AS twin WHERE twin.account_id = account.id)
ORDER BY account.id
