-- reads: stage_attendance_file; writes: delivery_session (those planned that its good lines say were held; versions)
WITH told AS (
    SELECT session_id, max(held_on) AS held_on, max(men) AS men, max(women) AS women, max(place) AS place,
        max(facilitator) AS facilitator
    FROM stage_attendance_file WHERE fault = '' GROUP BY session_id
), held AS (
    SELECT session.id FROM delivery_session AS session JOIN told ON told.session_id = session.id
    WHERE session.status IN ('planned', 'held') ORDER BY session.id FOR NO KEY UPDATE
)
UPDATE delivery_session AS session SET version = session.version + 1, status = 'held',
    held_on = coalesce(session.held_on, told.held_on), men = coalesce(session.men, told.men),
    women = coalesce(session.women, told.women), held_by_id = coalesce(session.held_by_id, %(by)s),
    held_at = coalesce(session.held_at, now()), place = coalesce(nullif(session.place, ''), told.place),
    facilitator = coalesce(nullif(session.facilitator, ''), told.facilitator)
FROM held JOIN told ON told.session_id = held.id WHERE session.id = held.id
