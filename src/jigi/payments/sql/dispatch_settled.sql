-- writes: payments_attempt, what the accounts hold now
UPDATE payments_attempt SET settled = true, return_settled = returned_on IS NOT NULL WHERE id = ANY (%(attempts)s)
