-- reads: stage_handout, stage_portion, delivery_stockbalance, delivery_lot; writes: stage_portion (the other rations, each in
-- its order from the lots that expire first: rules.allocated)
WITH taken AS (
    SELECT stage.place_id, portion.lot_id, sum(portion.grams) AS grams
    FROM stage_portion AS portion JOIN stage_handout AS stage ON stage.n = portion.n GROUP BY 1, 2
), latest AS (
    -- One day for all: a lot that has expired by the last day of a file is given to none of its lines.
    SELECT max(given_on) AS day FROM stage_handout WHERE fault IS NULL AND lot_id IS NULL
), supply AS (
    SELECT balance.place_id, lot.product_id, lot.id AS lot_id,
        sum(balance.grams - coalesce(taken.grams, 0)) OVER before_it - (balance.grams - coalesce(taken.grams, 0)) AS first,
        sum(balance.grams - coalesce(taken.grams, 0)) OVER before_it AS last
    FROM delivery_stockbalance AS balance
    JOIN delivery_lot AS lot ON lot.id = balance.lot_id AND lot.recalled_at IS NULL
    JOIN latest ON lot.expires_on >= latest.day
    LEFT JOIN taken ON taken.place_id = balance.place_id AND taken.lot_id = balance.lot_id
    WHERE balance.place_id IN (SELECT place_id FROM stage_handout)
    WINDOW before_it AS (PARTITION BY balance.place_id, lot.product_id ORDER BY lot.expires_on, lot.id)
), whole AS (SELECT place_id, product_id, max(last) AS grams FROM supply GROUP BY 1, 2
), demand AS (
    SELECT n, place_id, product_id, sum(grams) OVER mine - grams AS first, sum(grams) OVER mine AS last
    FROM stage_handout WHERE fault IS NULL AND lot_id IS NULL
    WINDOW mine AS (PARTITION BY place_id, product_id ORDER BY n)
)
INSERT INTO stage_portion (n, lot_id, grams)
SELECT demand.n, supply.lot_id, least(demand.last, supply.last) - greatest(demand.first, supply.first)
FROM demand
JOIN whole ON whole.place_id = demand.place_id AND whole.product_id = demand.product_id AND demand.last <= whole.grams
JOIN supply ON supply.place_id = demand.place_id AND supply.product_id = demand.product_id
    AND supply.first < demand.last AND supply.last > demand.first
