-- reads: stage_household, stage_problem; writes: registry_livingconditions (of a survey sample)
INSERT INTO registry_livingconditions (survey, survey_key, batch_id, collected_on, {living})
SELECT %(survey)s, key, %(batch)s, collected_on, {living}
FROM stage_household
WHERE line = first_line AND known_id IS NULL
    AND line NOT IN (SELECT line FROM stage_problem WHERE severity = 'error')
ORDER BY line
