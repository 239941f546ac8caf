-- reads: targeting_list_problem; how many problems, on how many lines
SELECT count(*) AS problems, count(DISTINCT line) AS held FROM targeting_list_problem
