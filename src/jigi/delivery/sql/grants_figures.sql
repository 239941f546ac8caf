-- reads: delivery_grant*; the figures of the calls of some contracts, one row a call
SELECT call.id AS call_id,
    (SELECT count(*) FROM delivery_grantapplication WHERE call_id = call.id AND status <> 'withdrawn')::int
        AS applications,
    (SELECT count(*) FROM delivery_grant WHERE call_id = call.id)::int AS grants,
    (SELECT count(*) FROM delivery_grant AS whole JOIN registry_person AS person ON person.id = whole.recipient_id
        WHERE whole.call_id = call.id AND person.sex = 'F')::int AS women,
    coalesce(paid.instalments, 0)::int AS released, coalesce(paid.amount_xof, 0)::bigint AS released_xof,
    coalesce(paid.firsts, 0)::int AS firsts, coalesce(paid.firsts_xof, 0)::bigint AS firsts_xof,
    coalesce(story.visits, 0)::int AS visits, coalesce(story.balances, 0)::int AS balances,
    coalesce(story.running, 0)::int AS running, coalesce(story.assets_xof, 0)::bigint AS assets_xof,
    coalesce(story.income_after_xof, 0)::bigint AS income_after_xof,
    coalesce(story.income_before_xof, 0)::bigint AS income_before_xof, coalesce(story.compared, 0)::int AS compared,
    (SELECT count(*) FROM delivery_grant WHERE call_id = call.id AND status = 'defaulted')::int AS defaults,
    (SELECT count(*) FROM delivery_grantgraduation AS gone JOIN delivery_grant AS whole ON whole.id = gone.grant_id
        WHERE whole.call_id = call.id AND gone.status = 'confirmed')::int AS graduated
FROM delivery_grantcall AS call
LEFT JOIN LATERAL (
    SELECT count(*) AS instalments, sum(one.amount_xof) AS amount_xof,
        count(*) FILTER (WHERE instalment.number = 1) AS firsts,
        sum(one.amount_xof) FILTER (WHERE instalment.number = 1) AS firsts_xof
    FROM delivery_grantrelease AS one JOIN delivery_grantinstalment AS instalment ON instalment.id = one.instalment_id
    WHERE instalment.call_id = call.id AND one.undone_at IS NULL
) AS paid ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS visits, count(*) FILTER (WHERE visit.sort = 'month12') AS balances,
        count(*) FILTER (WHERE visit.sort = 'month12' AND visit.activity = 'running') AS running,
        avg(visit.assets_xof) FILTER (WHERE visit.sort = 'month12') AS assets_xof,
        count(*) FILTER (WHERE visit.sort = 'month12' AND application.income_before_xof IS NOT NULL) AS compared,
        avg(visit.income_xof) FILTER (WHERE visit.sort = 'month12' AND application.income_before_xof IS NOT NULL)
            AS income_after_xof,
        avg(application.income_before_xof) FILTER (WHERE visit.sort = 'month12') AS income_before_xof
    FROM delivery_grantvisit AS visit JOIN delivery_grant AS whole ON whole.id = visit.grant_id
    JOIN delivery_grantapplication AS application ON application.id = whole.application_id
    WHERE whole.call_id = call.id AND visit.struck_at IS NULL
) AS story ON true
WHERE call.id = ANY (%(calls)s::bigint[])
