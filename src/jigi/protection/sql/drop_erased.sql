-- drops: erased_household, erased_person, written_household, touched_household
DROP TABLE IF EXISTS erased_household, erased_person, written_household, touched_household
