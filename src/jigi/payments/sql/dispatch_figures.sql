-- reads: payments_attempt and payments_group of one dispatch; orders and francs by what is known of them
SELECT CASE WHEN sent.status <> 'live' THEN sent.status
        WHEN lot.status = 'stored' THEN 'waiting'
        WHEN lot.status IN ('releasing', 'released') THEN 'sent'
        ELSE 'deposited' END AS state,
    count(*) AS orders, sum(sent.amount_xof)::bigint AS amount_xof,
    count(*) FILTER (WHERE sent.settled) AS settled, count(*) FILTER (WHERE sent.returned_on IS NOT NULL) AS returned
FROM payments_attempt AS sent
JOIN payments_group AS lot ON lot.id = sent.group_id
WHERE lot.dispatch_id = %(dispatch)s
GROUP BY 1
