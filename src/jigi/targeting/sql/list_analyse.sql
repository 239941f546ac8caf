-- reads: targeting_list_line; tells the planner how long the list is (nobody analyses temporary tables)
ANALYZE targeting_list_line
