-- writes: payments_attempt, what is proven of each payment
UPDATE payments_attempt AS sent
SET status = heard.status, reason = heard.reason, agency_reference = heard.reference, happened_on = heard.day,
    returned_on = CASE WHEN heard.returned THEN current_date ELSE sent.returned_on END
FROM unnest(%(tx_ids)s::text[], %(statuses)s::text[], %(reasons)s::text[], %(references)s::text[], %(days)s::date[],
    %(returned)s::boolean[]) AS heard (tx_id, status, reason, reference, day, returned)
WHERE sent.tx_id = heard.tx_id AND sent.status IN ('live', 'to_verify')
    AND (sent.status, sent.reason, sent.agency_reference) IS DISTINCT FROM (heard.status, heard.reason, heard.reference)
