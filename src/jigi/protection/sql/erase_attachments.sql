-- reads: written_household, registry_household, intake_batch, intake_submission; writes: intake_attachment (deleted; before
-- the households lose their source key)
DELETE FROM intake_attachment AS attachment
USING intake_submission AS submission
JOIN intake_batch AS batch ON batch.id = submission.batch_id
JOIN registry_household AS household
    ON household.source = batch.source AND household.source_key = submission.instance_id
JOIN written_household AS written ON written.id = household.id
WHERE attachment.submission_id = submission.id
