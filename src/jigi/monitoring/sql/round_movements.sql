-- reads: payments_roundchange, payments_paymentround; rounds where many accounts or recipients changed since the last
SELECT round.id || ':' || change.movement AS subject, 'tour ' || round.id AS period,
    round.label || CASE change.movement WHEN 'account' THEN ' · comptes' ELSE ' · allocataires' END AS label,
    NULL::bigint AS about_id, NULL::bigint AS commune_id, round.prepared_at AS first_seen,
    round.prepared_at AS last_seen, sum(change.households)::bigint AS count,
    jsonb_build_object('round', round.id, 'change', min(change.id), 'entitlements', round.entitlements) AS facts,
    '{}'::bigint[] AS events, '{}'::bigint[] AS households
FROM payments_paymentround AS round
JOIN payments_roundchange AS change ON change.payment_round_id = round.id
WHERE change.movement IN ('account', 'recipient') AND round.prepared_at >= %(since)s
    AND round.status NOT IN ('draft', 'cancelled')
GROUP BY round.id, round.label, round.prepared_at, round.entitlements, change.movement
HAVING sum(change.households) >= %(threshold)s AND 100 * sum(change.households) >= %(percent)s * round.entitlements
