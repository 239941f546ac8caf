-- reads: erased_household, erased_person; writes: schemes_benefit (the scheme's own reference, by its digest: a line sent again
-- is still recognised; what was given, when and how much stay)
UPDATE schemes_benefit SET reference = 'effacé:' || encode(sha256(convert_to(reference, 'UTF8')), 'hex')
WHERE (household_id IN (SELECT id FROM erased_household) OR person_id IN (SELECT id FROM erased_person))
    AND reference NOT LIKE 'effacé:%%'
