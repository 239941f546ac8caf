-- reads: registry_household, delivery_attendance; writes: stage_attendance_file (the household that a number is now, and
-- whether the session names it already)
WITH RECURSIVE step AS (
    SELECT household.id AS asked, household.id, household.merged_into_id, household.rsu_number
    FROM registry_household AS household
    WHERE household.rsu_number IN (SELECT rsu FROM stage_attendance_file WHERE rsu <> '')
    UNION ALL
    SELECT step.asked, household.id, household.merged_into_id, step.rsu_number
    FROM step JOIN registry_household AS household ON household.id = step.merged_into_id
), living AS (
    SELECT rsu_number, id FROM step WHERE merged_into_id IS NULL
)
UPDATE stage_attendance_file AS stage SET household_id = living.id,
    known = EXISTS (SELECT FROM delivery_attendance AS held
        WHERE held.session_id = stage.session_id AND held.household_id = living.id)
FROM living WHERE living.rsu_number = stage.rsu
