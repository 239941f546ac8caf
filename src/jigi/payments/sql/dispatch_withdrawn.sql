-- writes: payments_attempt, the payments of groups that were never released: nothing of them was executed
UPDATE payments_attempt SET status = 'rejected', reason = 'ANNULE', happened_on = current_date
WHERE group_id = ANY (%(groups)s) AND status IN ('live', 'to_verify')
