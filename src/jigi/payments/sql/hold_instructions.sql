-- reads: the orders of one round that nobody may receive (unpayable.sql); writes: payments_instruction, held
UPDATE payments_instruction AS held SET status = 'held'
FROM (
{sql:unpayable}
) AS unpayable
WHERE held.id = unpayable.id AND held.round_id = %(round)s
