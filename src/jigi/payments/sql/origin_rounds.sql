-- reads: payments_instruction of one round; the rounds of the rights that it pays
SELECT DISTINCT origin_round_id AS round FROM payments_instruction WHERE round_id = %(round)s
