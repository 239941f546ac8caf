-- creates: stage_attendance_file, the lines of a file of attendance as they were read; gone with the transaction
CREATE TEMPORARY TABLE stage_attendance_file (
    line integer PRIMARY KEY, session_id bigint, held_on date, men integer, women integer, place text, facilitator text,
    rsu text, came text, sex text, mother boolean, consented boolean, fault_column text, fault_value text, fault text,
    fault_remedy text, household_id bigint, known boolean NOT NULL DEFAULT false
) ON COMMIT DROP
