-- reads: the movements of one round (movements.sql); writes: payments_roundchange, counted by movement and reason
INSERT INTO payments_roundchange (payment_round_id, movement, reason, households, amount_xof)
SELECT %(round)s, movement, reason, count(*), sum(amount)
FROM ({sql:movements}) AS movements
GROUP BY movement, reason
