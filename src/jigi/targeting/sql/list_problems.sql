-- reads: targeting_list_problem; the problems in the order of the file, the first `most` of them
SELECT line, code, column_name, value FROM targeting_list_problem ORDER BY line, column_name, code LIMIT %(most)s
