-- reads: targeting_result or a list of households; each household asked for, once
SELECT household_id FROM targeting_result WHERE targeting_round_id = %(targeting_round)s AND selected
UNION -- not UNION ALL: a household named three times is one household
SELECT unnest(%(households)s::bigint[])
