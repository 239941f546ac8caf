-- reads: erased_household, erased_person; writes: schemes_benefitline (lines that wait to be recorded are taken away)
DELETE FROM schemes_benefitline
WHERE household_id IN (SELECT id FROM erased_household) OR person_id IN (SELECT id FROM erased_person)
