-- reads: the movements of one round (movements.sql); the households of one line of its difference
SELECT household_id FROM ({sql:movements}) AS movements
WHERE movement = %(movement)s AND reason = %(reason)s AND commune_id = ANY (%(communes)s)
