-- reads: works_marks, delivery_worksite; writes: delivery_presence
INSERT INTO delivery_presence (timesheet_id, contract_id, component_id, commune_id, worker_id, household_id, person_id,
    held_on, half_days, task)
SELECT %(sheet)s, worked.contract_id, worked.component_id, site.commune_id, worked.worker_id, worked.household_id,
    worked.person_id, worked.held_on, worked.half_days, worked.task
FROM (
{sql:works_marks}
) AS worked
JOIN delivery_worksite AS site ON site.id = worked.worksite_id
ORDER BY worked.person_id, worked.held_on -- in one order: two hands wait, they never deadlock
