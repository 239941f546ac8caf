-- reads: what was heard of messages, with the turn at which they were asked; writes: messaging_message of that turn
UPDATE messaging_message AS own SET status = CASE WHEN heard.status = 'queued' AND own.phone_sealed = '' THEN 'cancelled'
        ELSE heard.status END,
    next_at = %(at)s::timestamptz + heard.wait * interval '1 second',
    problem = heard.problem,
    provider_reference = CASE heard.reference WHEN '' THEN own.provider_reference ELSE heard.reference END,
    sent_at = CASE WHEN heard.status IN ('sent', 'delivered') THEN coalesce(own.sent_at, %(at)s) ELSE own.sent_at END,
    ended_at = CASE WHEN heard.status IN ('delivered', 'failed') THEN %(at)s::timestamptz ELSE own.ended_at END
FROM unnest(%(ids)s::bigint[], %(turns)s::int[], %(was)s::text[], %(statuses)s::text[], %(waits)s::float[],
    %(problems)s::text[], %(references)s::text[]) AS heard (id, turn, was, status, wait, problem, reference)
WHERE own.id = heard.id AND own.turn = heard.turn AND own.status = heard.was
