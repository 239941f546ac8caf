-- reads: intake_submission; counts the fiches whose answers are older than the rule allows
SELECT count(*) AS rows FROM intake_submission WHERE sealed <> '' AND received_at < %(before)s
