-- reads: works_marks, delivery_presence; the days of a sheet that another sheet pays to the same person
SELECT worked.line, worked.held_on, site.code, paying.number AS sheet, person.given_names || ' ' || person.surname AS name
FROM (
{sql:works_marks}
) AS worked
JOIN delivery_presence AS paid ON paid.person_id = worked.person_id AND paid.held_on = worked.held_on
    AND paid.undone_by_id IS NULL AND paid.timesheet_id IS DISTINCT FROM %(corrects)s::bigint
JOIN delivery_timesheet AS paying ON paying.id = paid.timesheet_id
JOIN delivery_worksite AS site ON site.id = paying.worksite_id
JOIN registry_person AS person ON person.id = worked.person_id
ORDER BY worked.line, worked.held_on
