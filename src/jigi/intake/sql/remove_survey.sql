-- writes: registry_livingconditions (removes what a batch wrote of a survey sample)
DELETE FROM registry_livingconditions
WHERE survey = %(survey)s AND household_id IS NULL AND batch_id = %(batch)s
