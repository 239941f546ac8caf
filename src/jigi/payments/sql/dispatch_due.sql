-- reads: payments_group of one running dispatch, those whose turn has come
SELECT lot.id, lot.code, lot.status, lot.asked, lot.posts,
    dispatch.released_by_id IS NOT NULL AS released, dispatch.withdrawn_by_id IS NOT NULL AS withdrawn
FROM payments_group AS lot
JOIN payments_dispatch AS dispatch ON dispatch.id = lot.dispatch_id
WHERE lot.dispatch_id = %(dispatch)s AND dispatch.status = 'running' AND lot.next_at <= clock_timestamp()
    AND lot.status NOT IN ('withdrawn', 'done')
ORDER BY lot.next_at, lot.id
LIMIT %(most)s
