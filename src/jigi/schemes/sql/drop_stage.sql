-- drops: stage_benefit
DROP TABLE IF EXISTS stage_benefit
