-- reads: written_household, registry_household, intake_batch; writes: intake_problem (what an import said of their forms;
-- before the households lose their source key)
UPDATE intake_problem AS problem SET value = '', remedy = '', message = 'Effacé avec le ménage',
    key = 'effacé:' || encode(sha256(convert_to(household.source_key, 'UTF8')), 'hex')
FROM intake_batch AS batch
JOIN registry_household AS household ON household.source = batch.source
JOIN written_household AS written ON written.id = household.id
WHERE problem.batch_id = batch.id AND problem.key = household.source_key
    AND household.source_key NOT LIKE 'effacé:%%'
