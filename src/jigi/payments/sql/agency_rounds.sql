-- reads: payments_instruction of some rounds and one agency; its orders and francs by round, paid, open, come back
SELECT round_id, count(*) AS orders, sum(amount_xof)::bigint AS total_xof,
    count(*) FILTER (WHERE status = 'open') AS open,
    coalesce(sum(amount_xof) FILTER (WHERE status = 'open'), 0)::bigint AS open_xof,
    count(*) FILTER (WHERE status IN ('paid', 'partial')) AS paid,
    coalesce(sum(CASE status WHEN 'paid' THEN amount_xof WHEN 'partial' THEN paid_xof END), 0)::bigint AS paid_xof
FROM payments_instruction
WHERE round_id = ANY (%(rounds)s) AND agency_id = %(agency)s AND status <> 'held'
GROUP BY round_id
