-- reads: intake_problem, intake_batch; counts the values older than the rule allows
SELECT count(*) AS rows FROM intake_problem AS problem JOIN intake_batch AS batch ON batch.id = problem.batch_id
WHERE problem.value <> '' AND batch.made_at < %(before)s
