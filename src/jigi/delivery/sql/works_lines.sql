-- reads: works_marks, delivery_worksite (rates); what each line of a sheet is worth (rules.work_of says the same)
SELECT worked.worker_id, worked.enrolment_id, worked.household_id, worked.contract_id,
    sum(worked.half_days)::integer AS half_days, count(*) FILTER (WHERE worked.task)::integer AS tasks,
    coalesce(sum(worked.half_days) FILTER (WHERE NOT worked.task), 0) * site.day_rate_xof / 2
        + count(*) FILTER (WHERE worked.task) * site.task_rate_xof AS amount_xof
FROM (
{sql:works_marks}
) AS worked
JOIN delivery_worksite AS site ON site.id = worked.worksite_id
GROUP BY worked.worker_id, worked.enrolment_id, worked.household_id, worked.contract_id, site.id
