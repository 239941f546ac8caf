-- reads: messaging_message of some batches (all when none is named): rows, SMS and francs by state
SELECT status, count(*) AS messages, coalesce(sum(segments), 0)::bigint AS segments,
    coalesce(sum(cost_xof), 0)::bigint AS cost_xof
FROM messaging_message WHERE %(batch)s = '' OR batch = %(batch)s
GROUP BY status ORDER BY status
