-- reads: delivery_distributionline, delivery_stockbalance, delivery_lot, delivery_handout: what each site still needs of each
-- product for a distribution, and holds fit to give on its last day there
WITH asked AS (
    SELECT stop.place_id, line.product_id, max(stop.day) AS day, count(*) AS persons,
        sum(line.grams) FILTER (WHERE line.verdict = 'yes' AND given.id IS NULL)::bigint AS sure,
        sum(line.grams) FILTER (WHERE line.verdict = 'unsure' AND given.id IS NULL)::bigint AS unsure
    FROM delivery_distributionline AS line
    JOIN delivery_distributionstop AS stop ON stop.id = line.stop_id
    LEFT JOIN delivery_handout AS given ON given.line_id = line.id AND given.cancelled_at IS NULL
    WHERE line.distribution_id = %(distribution)s GROUP BY stop.place_id, line.product_id
)
SELECT asked.place_id, place.name AS place, product.code AS product, asked.persons, coalesce(asked.sure, 0) AS sure,
    coalesce(asked.unsure, 0) AS unsure, coalesce((
        SELECT sum(balance.grams) FROM delivery_stockbalance AS balance JOIN delivery_lot AS lot ON lot.id = balance.lot_id
        WHERE balance.place_id = asked.place_id AND lot.product_id = asked.product_id AND lot.recalled_at IS NULL
            AND lot.expires_on >= asked.day), 0)::bigint AS held
FROM asked JOIN delivery_stockplace AS place ON place.id = asked.place_id
JOIN delivery_product AS product ON product.id = asked.product_id
ORDER BY place.name, product.code
