-- reads: delivery_grantinstalment; writes: delivery_grant: complete once every instalment is released, running again
-- when one no longer is
UPDATE delivery_grant AS whole
SET status = CASE WHEN told.whole THEN 'complete' ELSE 'running' END
FROM (
    SELECT grant_id, bool_and(status = 'released') AS whole FROM delivery_grantinstalment
    WHERE grant_id IN (SELECT grant_id FROM delivery_grantinstalment WHERE id = ANY (%(instalments)s::bigint[]))
    GROUP BY grant_id
) AS told
WHERE whole.id = told.grant_id AND whole.status IN ('running', 'complete')
    AND whole.status <> CASE WHEN told.whole THEN 'complete' ELSE 'running' END
