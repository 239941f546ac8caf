-- reads: delivery_session, delivery_attendance; what a contract has done until a day in a commune (NULL: in all), by the
-- words of its targets
WITH own AS (
    SELECT * FROM delivery_session AS session
    WHERE session.contract_id = %(contract)s AND (%(commune)s::bigint IS NULL OR session.commune_id = %(commune)s)
), came AS (
    SELECT count(DISTINCT household_id) AS households, count(*) AS attendances,
        count(DISTINCT household_id) FILTER (WHERE recipient) AS recipients,
        count(DISTINCT household_id) FILTER (WHERE mother) AS mothers
    FROM delivery_attendance AS attendance
    WHERE attendance.contract_id = %(contract)s AND attendance.held_on <= %(until)s
        AND (%(commune)s::bigint IS NULL OR attendance.commune_id = %(commune)s)
)
SELECT count(*) FILTER (WHERE status = 'planned' AND planned_on <= %(until)s) AS planned,
    count(*) FILTER (WHERE status IN ('held', 'checked') AND held_on <= %(until)s) AS sessions,
    count(*) FILTER (WHERE status = 'checked' AND held_on <= %(until)s) AS checked,
    count(*) FILTER (WHERE status = 'cancelled' AND planned_on <= %(until)s) AS not_held,
    count(DISTINCT village_id) FILTER (WHERE status IN ('held', 'checked') AND held_on <= %(until)s) AS villages,
    coalesce(sum(men) FILTER (WHERE held_on <= %(until)s), 0)::bigint AS men,
    coalesce(sum(women) FILTER (WHERE held_on <= %(until)s), 0)::bigint AS women,
    (SELECT households FROM came) AS households, (SELECT attendances FROM came) AS attendances,
    (SELECT recipients FROM came) AS recipients, (SELECT mothers FROM came) AS mothers
FROM own
