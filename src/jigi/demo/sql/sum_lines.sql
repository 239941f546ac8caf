-- reads: ledger_posting, payments_instruction of one agreement's lines; what a statement by commune would sum without kept totals
SELECT line.commune_id, posted.kind, count(*), sum(posted.amount_xof)
FROM ledger_posting AS posted
JOIN payments_instruction AS line ON line.entitlement_id = posted.item AND line.attempt = posted.attempt
WHERE posted.kind IN ('commit', 'pay', 'unpaid', 'reverse', 'refund', 'undo')
    AND line.funding_line_id IN (SELECT id FROM programmes_fundingline WHERE agreement_id = %(agreement)s)
GROUP BY line.commune_id, posted.kind
