-- reads: registry_livingconditions, intake_batch; counts the interviews of samples older than the rule allows
SELECT count(*) AS rows FROM registry_livingconditions AS living LEFT JOIN intake_batch AS batch ON batch.id = living.batch_id
WHERE living.household_id IS NULL AND coalesce(living.collected_on, batch.made_at::date) < %(before)s
