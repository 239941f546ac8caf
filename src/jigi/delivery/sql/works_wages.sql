-- reads: works_lines; writes: delivery_wageline
INSERT INTO delivery_wageline (timesheet_id, contract_id, worker_id, enrolment_id, household_id, half_days, tasks, amount_xof)
SELECT %(sheet)s, contract_id, worker_id, enrolment_id, household_id, half_days, tasks, amount_xof
FROM (
{sql:works_lines}
) AS line
ORDER BY worker_id
