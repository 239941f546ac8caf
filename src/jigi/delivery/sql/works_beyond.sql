-- reads: works_marks, delivery_workcount, delivery_presence; the persons whom a sheet would bring above the cap
SELECT added.line, person.given_names || ' ' || person.surname AS name, site.cap_half_days AS cap,
    (coalesce(count.half_days, 0) + added.half_days - coalesce(taken.half_days, 0))::bigint AS half_days
FROM (
    SELECT line, worker_id, person_id, component_id, worksite_id, sum(half_days) AS half_days
    FROM (
{sql:works_marks}
    ) AS worked
    GROUP BY 1, 2, 3, 4, 5
) AS added
JOIN delivery_worksite AS site ON site.id = added.worksite_id
JOIN registry_person AS person ON person.id = added.person_id
LEFT JOIN delivery_workcount AS count USING (component_id, person_id)
LEFT JOIN LATERAL (
    SELECT sum(p.half_days) AS half_days FROM delivery_presence AS p
    WHERE p.timesheet_id = %(corrects)s AND p.worker_id = added.worker_id AND p.undone_by_id IS NULL
) AS taken ON true
WHERE coalesce(count.half_days, 0) + added.half_days - coalesce(taken.half_days, 0) > site.cap_half_days
ORDER BY added.line
