-- writes: targeting_result, without the rows of one campaign
DELETE FROM targeting_result WHERE targeting_round_id = %(round)s
