-- reads: gone_household, intake_batch; writes: intake_submission (fiches whose household goes wait to be poured again)
UPDATE intake_submission AS submission SET status = 'received', batch_id = NULL
FROM gone_household AS gone, intake_batch AS batch
WHERE submission.instance_id = gone.source_key AND submission.status = 'merged'
    AND batch.id = submission.batch_id AND batch.source = gone.source
