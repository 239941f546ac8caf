-- reads: payments_siterecord of a day, payments_returnline; the records that paid a right which another had paid, latest first
SELECT DISTINCT record.id, household.id AS household_id, household.rsu_number,
    person.given_names || ' ' || person.surname AS recipient, record.device_id AS device, cashier.full_name AS cashier,
    record.amount_xof, record.recorded_at, answer.resolved_at IS NULL AS waits
FROM payments_siterecord AS record
JOIN payments_siteline AS line ON line.id = record.line_id
JOIN payments_returnline AS answer ON answer.agency_reference = payments_site_reference(record.number)
    AND answer.why LIKE 'Payé deux fois%%'
JOIN registry_household AS household ON household.id = line.household_id
JOIN registry_person AS person ON person.id = line.recipient_id
JOIN foundation_user AS cashier ON cashier.id = record.made_by_id
WHERE line.day_id = %(day)s
ORDER BY record.recorded_at DESC, record.id
