-- reads: stage_attendance_file; what became of its lines, and of how many sessions the good ones are
SELECT count(*) AS lines_read, count(*) FILTER (WHERE fault <> '') AS lines_held,
    count(*) FILTER (WHERE fault = '' AND known) AS lines_known,
    count(*) FILTER (WHERE fault = '' AND NOT known) AS lines_good,
    count(DISTINCT session_id) FILTER (WHERE fault = '') AS sessions
FROM stage_attendance_file
