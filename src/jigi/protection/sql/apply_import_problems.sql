-- reads: intake_batch; writes: intake_problem (their values are emptied)
UPDATE intake_problem AS problem SET value = '' FROM intake_batch AS batch
WHERE batch.id = problem.batch_id AND problem.value <> '' AND batch.made_at < %(before)s
