-- reads: targeting_result of one campaign; households by reason
SELECT reason, count(*) AS households FROM targeting_result WHERE targeting_round_id = %(round)s GROUP BY reason
