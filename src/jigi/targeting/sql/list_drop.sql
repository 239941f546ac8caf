-- drops: the staging tables of a community list; another list may follow in the same transaction
DROP TABLE targeting_list_problem, targeting_list_match, targeting_list_line
