-- reads: stage_attendance; writes: delivery_attendance, without those of a session that its new list does not name
DELETE FROM delivery_attendance AS held
WHERE held.session_id = %(session)s
    AND NOT EXISTS (SELECT FROM stage_attendance AS stage WHERE stage.household_id = held.household_id)
