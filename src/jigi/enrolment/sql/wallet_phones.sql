-- reads: the candidates, registry_*, programmes_*; the sealed telephone of each recipient whom a wallet would pay
WITH candidate AS MATERIALIZED (
{sql:candidates}
), members AS (
{sql:recipients}
), household AS (
{sql:where_paid}
)
SELECT members.recipient_id, telephone.sealed
FROM members
JOIN household ON household.id = members.household_id
JOIN programmes_agencycommune AS served
    ON served.component_id = %(component)s AND served.commune_id = household.commune_id
JOIN programmes_agency AS agency ON agency.id = served.agency_id AND agency.kind = 'wallet'
CROSS JOIN LATERAL (
    SELECT sealed FROM registry_phone WHERE person_id = members.recipient_id
    ORDER BY owner = 'self' DESC, id LIMIT 1
) AS telephone
