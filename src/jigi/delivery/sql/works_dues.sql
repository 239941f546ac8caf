-- reads: delivery_wageline, delivery_due, delivery_worker; writes: delivery_due, what each worker of a sheet has earned in
-- all less what is due already. A due cancelled by hand stays lost while its sheet stands; one of a corrected sheet counts no more.
WITH told AS (
    -- One line of a person, whatever they have on the sheet: it earns for all of them.
    SELECT DISTINCT ON (worker.person_id, worker.component_id) wage.id AS cause, worker.enrolment_id, worker.person_id,
        worker.component_id
    FROM delivery_wageline AS wage JOIN delivery_worker AS worker ON worker.id = wage.worker_id
    WHERE wage.timesheet_id = %(sheet)s
    ORDER BY worker.person_id, worker.component_id, wage.id
), wages AS (
    SELECT told.cause, wage.id, sheet.status, wage.amount_xof
    FROM told
    JOIN delivery_worker AS worker ON worker.person_id = told.person_id AND worker.component_id = told.component_id
    JOIN delivery_wageline AS wage ON wage.worker_id = worker.id
    JOIN delivery_timesheet AS sheet ON sheet.id = wage.timesheet_id
), counted AS (
    SELECT wages.cause, coalesce(sum(wages.amount_xof) FILTER (WHERE wages.status = 'approved'), 0)
        - coalesce(sum(due.amount_xof) FILTER (WHERE due.cancelled_at IS NULL OR wages.status = 'approved'), 0) AS left_xof
    FROM wages LEFT JOIN delivery_due AS due ON due.sort = 'works' AND due.cause = wages.id
    GROUP BY wages.cause
), earned AS (
SELECT told.enrolment_id, told.person_id, counted.left_xof AS amount_xof, %(label)s AS label,
    %(earned_on)s::date AS earned_on, told.cause
FROM told JOIN counted USING (cause)
WHERE counted.left_xof > 0
)
{sql:earn}
