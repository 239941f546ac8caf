-- reads: the erased (erased.sql); writes: grievances_recording, its sound
UPDATE grievances_recording SET content_sealed = '' WHERE content_sealed <> '' AND case_id IN (
{sql:erased}
)
