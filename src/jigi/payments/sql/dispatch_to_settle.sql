-- reads: payments_attempt of one dispatch; the answers that the accounts don't hold yet, payments taken back last
SELECT sent.id, sent.tx_id, sent.amount_xof, sent.status, sent.reason, sent.agency_reference,
    coalesce(sent.happened_on, current_date) AS day, sent.origin_round_id, sent.settled, sent.returned_on
FROM payments_attempt AS sent
JOIN payments_group AS lot ON lot.id = sent.group_id
WHERE lot.dispatch_id = %(dispatch)s
    AND (NOT sent.settled AND sent.status IN ('executed', 'rejected')
        OR sent.returned_on IS NOT NULL AND NOT sent.return_settled)
ORDER BY sent.id
LIMIT %(most)s
-- A proof that comes meanwhile waits: what is marked as carried to the accounts is what was read here.
FOR UPDATE OF sent
