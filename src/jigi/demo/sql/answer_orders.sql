-- reads: lines_twin; writes: orders_twin, the orders of a bench's reference, answered
UPDATE orders_twin AS line_of
SET status = answer.outcome, settled_on = answer.paid_on, return_line_id = answer.id
FROM lines_twin AS answer
WHERE line_of.reference = answer.reference AND answer.outcome IN ('paid', 'absent', 'refused')
