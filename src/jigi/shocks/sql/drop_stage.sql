-- drops: stage_figure, stage_value
DROP TABLE IF EXISTS stage_figure, stage_value
