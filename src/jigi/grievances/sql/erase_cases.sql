-- reads: the erased (erased.sql); writes: grievances_case, what names somebody
UPDATE grievances_case SET name_sealed = '', name_index = '', phone_sealed = '', phone_index = '', told_sealed = '',
    told_index = '', subject = CASE subject WHEN '' THEN '' ELSE 'effacé' END
WHERE id IN (
{sql:erased}
)
