-- reads: delivery_distributionline and what names and serves each: the lines of a distribution, or of one of its stops
SELECT line.id AS line_id, line.rank, line.category, line.verdict, line.grams, product.code AS product, line.entry_id,
    line.household_id, household.rsu_number,
    coalesce(nullif(entry.guardian, ''), mother.given_names || ' ' || mother.surname, person.mother_name, '') AS guardian,
    entry.left_on,
    coalesce(nullif(entry.name, ''), person.given_names || ' ' || person.surname, '—') AS name,
    coalesce(entry.birth_date, person.birth_date) AS birth_date,
    CASE WHEN entry.birth_date IS NULL THEN person.birth_precision ELSE entry.birth_precision END AS birth_precision,
    stop.day, village.name AS village, place.name AS site, given.id AS handout_id, given.held_on AS given_on,
    given.receiver, given.proxy_name
FROM delivery_distributionline AS line
JOIN delivery_distributionstop AS stop ON stop.id = line.stop_id
JOIN delivery_stockplace AS place ON place.id = stop.place_id
JOIN geography_area AS village ON village.id = stop.village_id
JOIN delivery_product AS product ON product.id = line.product_id
JOIN delivery_censusentry AS entry ON entry.id = line.entry_id
LEFT JOIN registry_person AS person ON person.id = line.person_id
LEFT JOIN registry_household AS household ON household.id = line.household_id
LEFT JOIN registry_person AS mother ON mother.id = person.mother_id
LEFT JOIN delivery_handout AS given ON given.line_id = line.id AND given.cancelled_at IS NULL
WHERE line.distribution_id = %(distribution)s AND (%(stop)s::bigint IS NULL OR line.stop_id = %(stop)s)
ORDER BY line.rank
