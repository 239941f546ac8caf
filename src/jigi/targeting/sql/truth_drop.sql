-- drops: targeting_truth; another trial may follow in the same transaction
DROP TABLE targeting_truth
