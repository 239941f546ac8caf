-- reads: the erased (erased.sql); writes: grievances_event, its notes
UPDATE grievances_event SET note_sealed = '', note_index = '' WHERE note_sealed <> '' AND case_id IN (
{sql:erased}
)
