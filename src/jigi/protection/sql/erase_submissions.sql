-- reads: written_household, registry_household, intake_batch; writes: intake_submission (answers emptied; the
-- number, drawn by the device, and the digest stay: the same fiche sent again by a phone brings back nobody)
UPDATE intake_submission AS submission SET sealed = '', device = ''
FROM intake_batch AS batch
JOIN registry_household AS household ON household.source = batch.source
JOIN written_household AS written ON written.id = household.id
WHERE submission.batch_id = batch.id AND submission.instance_id = household.source_key
