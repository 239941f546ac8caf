-- reads: delivery_session, delivery_sessionmodule, delivery_attendance; per module of a component: sessions held in a
-- village, how many of them a household attended anywhere, and how many of those a mother came to
SELECT module.id AS module_id, module.name AS module, theme.name AS theme,
    count(session.id) FILTER (WHERE session.village_id = %(village)s) AS held,
    count(attendance.id) AS attended, count(attendance.id) FILTER (WHERE attendance.mother) AS by_mother,
    max(attendance.held_on) AS last_on
FROM delivery_sessionmodule AS module
JOIN delivery_sessiontheme AS theme ON theme.id = module.theme_id
JOIN delivery_session AS session ON session.module_id = module.id AND session.status IN ('held', 'checked')
    AND session.component_id = ANY (%(components)s)
LEFT JOIN delivery_attendance AS attendance ON attendance.session_id = session.id
    AND attendance.household_id = %(household)s
WHERE session.village_id = %(village)s OR attendance.id IS NOT NULL
GROUP BY module.id, theme.id
ORDER BY theme.rank, module.rank
