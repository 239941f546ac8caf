-- reads: stage_attendance_file; writes: delivery_attendanceproblem, the lines to correct
INSERT INTO delivery_attendanceproblem (file_id, line, "column", value, message, remedy)
SELECT %(file)s, line, coalesce(%(header)s::jsonb ->> fault_column, fault_column), fault_value, fault, fault_remedy
FROM stage_attendance_file WHERE fault <> '' ORDER BY line
