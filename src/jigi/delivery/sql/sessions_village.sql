-- reads: delivery_session, delivery_attendance; per module: the sessions of a village, planned, held, not held; who came
SELECT module.id AS module_id, module.name AS module, theme.name AS theme,
    count(*) FILTER (WHERE session.status = 'planned') AS planned,
    count(*) FILTER (WHERE session.status IN ('held', 'checked')) AS held,
    count(*) FILTER (WHERE session.status = 'cancelled') AS not_held,
    coalesce(sum(session.men), 0)::bigint AS men, coalesce(sum(session.women), 0)::bigint AS women,
    coalesce(sum(session.households), 0)::bigint AS attendances, max(session.held_on) AS last_on,
    (SELECT count(DISTINCT attendance.household_id) FROM delivery_attendance AS attendance
        JOIN delivery_session AS own ON own.id = attendance.session_id AND own.module_id = module.id
            AND own.village_id = %(village)s AND own.contract_id = ANY (%(contracts)s)) AS households
FROM delivery_session AS session
JOIN delivery_sessionmodule AS module ON module.id = session.module_id
JOIN delivery_sessiontheme AS theme ON theme.id = module.theme_id
WHERE session.village_id = %(village)s AND session.contract_id = ANY (%(contracts)s)
GROUP BY module.id, theme.id
ORDER BY theme.rank, module.rank
