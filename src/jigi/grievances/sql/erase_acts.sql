-- reads: erased_household, the erased (erased.sql); writes: grievances_act, its words
UPDATE grievances_act SET why = 'effacé', result = CASE result WHEN '' THEN '' ELSE 'effacé' END
WHERE household_id IN (SELECT id FROM erased_household) OR case_id IN (
{sql:erased}
)
