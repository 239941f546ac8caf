-- writes: payments_group, what was heard of each
UPDATE payments_group AS lot
SET status = heard.status, asked = heard.asked, denials = lot.denials + heard.denied, problem = heard.problem,
    next_at = clock_timestamp() + make_interval(secs => heard.wait)
FROM unnest(%(groups)s::bigint[], %(statuses)s::text[], %(asked)s::int[], %(denied)s::int[], %(problems)s::text[],
    %(waits)s::float8[]) AS heard (id, status, asked, denied, problem, wait)
WHERE lot.id = heard.id
