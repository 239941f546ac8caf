-- drops: what an undo has named
DROP TABLE IF EXISTS gone_household, gone_person
