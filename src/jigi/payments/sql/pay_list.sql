-- reads: payments_instruction of one round and some communes; a line a household and pay point, in the order of the lists
SELECT commune.id AS commune_id, commune.name AS commune, cercle.name AS cercle, agency.name AS agency,
    line.pay_point, household.id AS household_id, household.rsu_number,
    recipient.given_names || ' ' || recipient.surname AS recipient,
    coalesce(alternate.given_names || ' ' || alternate.surname, '') AS alternate,
    coalesce(sum(line.amount_xof) FILTER (WHERE line.kind = 'right'), 0)::bigint AS right_xof,
    coalesce(sum(line.amount_xof) FILTER (WHERE line.kind = 'arrears'), 0)::bigint AS arrears_xof
FROM payments_instruction AS line
JOIN payments_entitlement AS owed ON owed.id = line.entitlement_id AND owed.round_id = line.origin_round_id
JOIN enrolment_enrolment AS enrolment ON enrolment.id = owed.enrolment_id
JOIN registry_household AS household ON household.id = line.household_id
JOIN registry_person AS recipient ON recipient.id = line.recipient_id
LEFT JOIN registry_person AS alternate
    ON alternate.id = enrolment.alternate_id AND alternate.id <> line.recipient_id
JOIN programmes_agency AS agency ON agency.id = line.agency_id
JOIN geography_area AS commune ON commune.id = line.commune_id
JOIN geography_area AS cercle ON cercle.id = commune.parent_id
WHERE line.round_id = %(round)s AND line.status <> 'held' AND line.commune_id = ANY (%(communes)s)
GROUP BY commune.id, commune.name, cercle.name, agency.name, line.pay_point, household.id, household.rsu_number,
    recipient.id, recipient.given_names, recipient.surname, alternate.id, alternate.given_names, alternate.surname
ORDER BY cercle.name, commune.name, commune.id, agency.name, line.pay_point,
    recipient.surname, recipient.given_names, household.rsu_number
