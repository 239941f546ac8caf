-- reads: delivery_timesheet, delivery_wageline, delivery_due; the live dues of a corrected sheet, and of those that it
-- corrected itself, of the persons whose wage the counter-sheet changes
WITH RECURSIVE chain AS (
    SELECT id, corrects_id FROM delivery_timesheet WHERE id = %(corrects)s
    UNION ALL
    SELECT before.id, before.corrects_id FROM chain JOIN delivery_timesheet AS before ON before.id = chain.corrects_id
), changed AS (
    SELECT DISTINCT worker.person_id, worker.component_id
    FROM (SELECT worker_id, amount_xof FROM delivery_wageline WHERE timesheet_id = %(corrects)s) AS was
    FULL JOIN (SELECT worker_id, amount_xof FROM delivery_wageline WHERE timesheet_id = %(sheet)s) AS now USING (worker_id)
    JOIN delivery_worker AS worker ON worker.id = worker_id
    WHERE was.amount_xof IS DISTINCT FROM now.amount_xof
)
SELECT due.id AS due_id
FROM chain
JOIN delivery_wageline AS wage ON wage.timesheet_id = chain.id
JOIN delivery_worker AS worker ON worker.id = wage.worker_id
JOIN changed USING (person_id, component_id)
JOIN delivery_due AS due ON due.sort = 'works' AND due.cause = wage.id AND due.cancelled_at IS NULL
ORDER BY due.id
