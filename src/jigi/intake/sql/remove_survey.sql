-- deletes from: registry_livingconditions (of a survey sample, what a batch wrote)
DELETE FROM registry_livingconditions
WHERE survey = %(survey)s AND household_id IS NULL AND batch_id = %(batch)s
