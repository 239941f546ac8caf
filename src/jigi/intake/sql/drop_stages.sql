-- drops: every staging table
DROP TABLE IF EXISTS stage_household, stage_member, stage_problem, stage_roster, stage_parent, stage_merge,
    stage_interview, stage_person, stage_enumerator
