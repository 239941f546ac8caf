-- reads: payments_entitlement and payments_roundfee of one round; the agencies without a rule of fees, with their communes
SELECT agency.name AS agency, min(area.name) AS commune, count(*) AS communes
FROM (SELECT DISTINCT commune_id, agency_id FROM payments_entitlement WHERE round_id = %(round)s) AS cell
JOIN programmes_agency AS agency ON agency.id = cell.agency_id
JOIN geography_area AS area ON area.id = cell.commune_id
WHERE NOT EXISTS (
    SELECT FROM payments_roundfee AS ruled
    WHERE ruled.round_id = %(round)s AND ruled.commune_id = cell.commune_id AND ruled.agency_id = cell.agency_id)
GROUP BY agency.id
ORDER BY agency.name
