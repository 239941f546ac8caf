-- drops: erased_household, erased_person, touched_household
DROP TABLE IF EXISTS erased_household, erased_person, touched_household
