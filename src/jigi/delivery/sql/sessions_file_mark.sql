-- reads: stage_attendance_file; writes: stage_attendance, who came to which session, as its good lines say
INSERT INTO stage_attendance (line, session_id, household_id, came, sex, mother, consented)
SELECT line, session_id, household_id, came, sex, mother, consented FROM stage_attendance_file
WHERE fault = '' AND household_id IS NOT NULL AND NOT known
