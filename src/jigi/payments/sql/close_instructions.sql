-- writes: payments_instruction, the orders of one round that no return answered
UPDATE payments_instruction SET status = 'unanswered' WHERE round_id = %(round)s AND status = 'open'
