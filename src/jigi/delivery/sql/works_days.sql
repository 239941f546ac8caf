-- reads: delivery_presence, delivery_worker, delivery_worksite; the work-days of a component between two dates, of whom
-- women, each person once
SELECT coalesce(sum(p.half_days), 0)::bigint AS half_days,
    coalesce(sum(p.half_days) FILTER (WHERE worker.woman), 0)::bigint AS women_half_days,
    count(DISTINCT p.person_id)::bigint AS persons,
    count(DISTINCT p.person_id) FILTER (WHERE worker.woman)::bigint AS women,
    coalesce(sum(CASE WHEN p.task THEN site.task_rate_xof ELSE p.half_days * site.day_rate_xof / 2 END), 0)::bigint
        AS amount_xof
FROM delivery_presence AS p
JOIN delivery_worker AS worker ON worker.id = p.worker_id
JOIN delivery_worksite AS site ON site.id = worker.worksite_id
WHERE p.component_id = %(component)s AND p.held_on BETWEEN %(first)s AND %(last)s AND p.undone_by_id IS NULL
