-- reads: foundation_auditevent, payments_*; who changed many telephones, accounts or recipients just before a round
WITH changed AS (
    SELECT event.id, event.at, event.by_id, subject.household_id
    FROM foundation_auditevent AS event, unnest(event.subjects) AS subject (household_id)
    WHERE event.verb = ANY (%(verbs)s) AND event.by_id IS NOT NULL
        AND event.at >= %(since)s::timestamptz - make_interval(days => %(days_before)s)
)
SELECT changed.by_id || ':' || round.id AS subject, 'tour ' || round.id AS period,
    person.full_name || ' · ' || round.label AS label, changed.by_id AS about_id, NULL::bigint AS commune_id,
    min(changed.at) AS first_seen, max(changed.at) AS last_seen, count(DISTINCT changed.household_id) AS count,
    jsonb_build_object('round', round.id) AS facts,
    (array_agg(DISTINCT changed.id ORDER BY changed.id DESC))[1:200] AS events,
    (array_agg(DISTINCT changed.household_id))[1:200] AS households
FROM payments_paymentround AS round
JOIN payments_entitlement AS due ON due.round_id = round.id
JOIN changed ON changed.household_id = due.household_id AND changed.at <= round.prepared_at
    AND changed.at >= round.prepared_at - make_interval(days => %(days_before)s)
JOIN foundation_user AS person ON person.id = changed.by_id
WHERE round.prepared_at >= %(since)s AND round.status NOT IN ('draft', 'cancelled')
GROUP BY changed.by_id, person.full_name, round.id, round.label
HAVING count(DISTINCT changed.household_id) >= %(threshold)s
