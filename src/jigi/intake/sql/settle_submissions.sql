-- reads: registry_household; writes: intake_submission (merged when the register holds its household, held otherwise)
UPDATE intake_submission AS submission
SET batch_id = %(batch)s, status = CASE WHEN EXISTS (
    SELECT FROM registry_household AS household
    WHERE household.source = %(source)s AND household.source_key = submission.instance_id
) THEN 'merged' ELSE 'held' END
WHERE submission.id = ANY (%(submissions)s) AND submission.status = 'batched'
