-- writes: payments_group, the state that is stored before a step leaves
UPDATE payments_group AS lot
SET status = step.status, posts = lot.posts + step.sent,
    next_at = clock_timestamp() + make_interval(secs => %(grace)s)
FROM unnest(%(groups)s::bigint[], %(statuses)s::text[], %(sent)s::int[]) AS step (id, status, sent)
WHERE lot.id = step.id
