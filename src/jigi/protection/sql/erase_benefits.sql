-- reads: erased_household, erased_person; writes: schemes_benefit (the scheme's own reference, by its digest: a line sent again
-- is still recognised; what was given, when and how much stay)
UPDATE schemes_benefit SET reference = 'effacé:' || encode(sha256(convert_to(reference, 'UTF8')), 'hex')
WHERE reference NOT LIKE 'effacé:%%' AND id IN (
    SELECT benefit.id FROM schemes_benefit AS benefit JOIN erased_household AS erased ON erased.id = benefit.household_id
    UNION
    SELECT benefit.id FROM schemes_benefit AS benefit JOIN erased_person AS erased ON erased.id = benefit.person_id)
