-- reads: the census (nutrition_census.sql), delivery_ration, delivery_product: what a distribution on a day would need, by
-- product and verdict: persons, grams
WITH day_of AS (
    SELECT village_id, %(day)s::date AS day, NULL::bigint AS stop_id FROM delivery_censusentry
    WHERE contract_id = %(contract)s GROUP BY village_id
), {sql:nutrition_census}
SELECT product.code AS product, weighed.category, weighed.verdict, count(*) AS persons,
    (sum(ration.grams_per_month) * %(months)s)::bigint AS grams
FROM weighed
JOIN delivery_ration AS ration ON ration.scale_id = %(scale)s AND ration.category = weighed.category
JOIN delivery_product AS product ON product.id = ration.product_id
WHERE weighed.verdict <> 'no'
GROUP BY product.code, weighed.category, weighed.verdict ORDER BY product.code, weighed.category, weighed.verdict DESC
