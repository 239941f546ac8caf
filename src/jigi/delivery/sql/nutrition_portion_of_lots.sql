-- reads: stage_handout, delivery_stockbalance; writes: stage_portion (rations whose lot was said, as long as it lasts)
INSERT INTO stage_portion (n, lot_id, grams)
SELECT asked.n, asked.lot_id, asked.grams
FROM (
    SELECT n, place_id, lot_id, grams, sum(grams) OVER (PARTITION BY place_id, lot_id ORDER BY n) AS until
    FROM stage_handout WHERE fault IS NULL AND lot_id IS NOT NULL
) AS asked
JOIN delivery_stockbalance AS balance ON balance.place_id = asked.place_id AND balance.lot_id = asked.lot_id
WHERE asked.until <= balance.grams
