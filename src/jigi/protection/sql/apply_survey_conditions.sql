-- reads: intake_batch; writes: registry_livingconditions (samples are deleted)
DELETE FROM registry_livingconditions AS living
WHERE living.household_id IS NULL
    AND coalesce(living.collected_on, (SELECT made_at::date FROM intake_batch WHERE id = living.batch_id)) < %(before)s
