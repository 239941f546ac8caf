-- reads: delivery_distributionstop, the census (nutrition_census.sql), delivery_ration; writes: delivery_distributionline
-- (who is in the window the day their village is served and has no line yet, numbered after the last)
WITH day_of AS (
    SELECT id AS stop_id, village_id, day FROM delivery_distributionstop WHERE distribution_id = %(distribution)s
), {sql:nutrition_census}
, last AS (SELECT coalesce(max(rank), 0) AS rank FROM delivery_distributionline WHERE distribution_id = %(distribution)s)
INSERT INTO delivery_distributionline (distribution_id, contract_id, stop_id, rank, entry_id, household_id, person_id,
    category, verdict, product_id, grams)
SELECT %(distribution)s, weighed.contract_id, weighed.stop_id,
    last.rank + row_number() OVER (ORDER BY stop.day, stop.place_id, village.name, stop.id, weighed.category,
        weighed.name, weighed.entry_id),
    weighed.entry_id, weighed.household_id, weighed.person_id, weighed.category, weighed.verdict, ration.product_id,
    ration.grams_per_month * %(months)s
FROM weighed CROSS JOIN last
JOIN delivery_distributionstop AS stop ON stop.id = weighed.stop_id
JOIN geography_area AS village ON village.id = weighed.village_id
JOIN delivery_ration AS ration ON ration.scale_id = %(scale)s AND ration.category = weighed.category
WHERE weighed.verdict <> 'no' AND NOT EXISTS (
    SELECT FROM delivery_distributionline AS line
    WHERE line.distribution_id = %(distribution)s
        AND (line.entry_id = weighed.entry_id OR line.person_id = weighed.person_id))
