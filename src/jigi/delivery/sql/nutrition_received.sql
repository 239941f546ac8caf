-- reads: delivery_stockmovement, delivery_handout and what names who received; writes nothing: who received a lot, and has not
-- given it back, in the contracts asked
SELECT given.id AS handout_id, given.held_on AS given_on, given.household_id, household.rsu_number, line.rank, line.category,
    coalesce(nullif(entry.name, ''), person.given_names || ' ' || person.surname) AS name,
    entry.guardian, given.receiver, given.proxy_name, village.name AS village, commune.name AS commune,
    place.name AS site, d.number AS distribution, contract.number AS contract, -sum(moved.grams)::bigint AS grams
FROM delivery_stockmovement AS moved
JOIN delivery_handout AS given ON given.id = moved.handout_id AND given.cancelled_at IS NULL
JOIN delivery_distributionline AS line ON line.id = given.line_id
JOIN delivery_distributionstop AS stop ON stop.id = line.stop_id
JOIN delivery_distribution AS d ON d.id = given.distribution_id
JOIN delivery_contract AS contract ON contract.id = given.contract_id
JOIN delivery_stockplace AS place ON place.id = moved.place_id
JOIN delivery_censusentry AS entry ON entry.id = line.entry_id
JOIN geography_area AS village ON village.id = stop.village_id
JOIN geography_area AS commune ON commune.id = stop.commune_id
LEFT JOIN registry_person AS person ON person.id = given.person_id
LEFT JOIN registry_household AS household ON household.id = given.household_id
WHERE moved.lot_id = %(lot)s AND given.contract_id = ANY (%(contracts)s)
GROUP BY given.id, line.id, stop.id, d.id, contract.id, place.id, entry.id, village.id, commune.id, person.id, household.id
ORDER BY commune.name, village.name, line.rank, given.id
