-- reads: payments_instruction of one round; per commune: agencies, households, orders, what became of them
WITH line AS (
    SELECT commune_id, agency_id, count(*) AS orders, sum(amount_xof) AS amount_xof,
        count(*) FILTER (WHERE kind = 'right') AS rights,
        count(*) FILTER (WHERE kind = 'arrears') AS arrears,
        coalesce(sum(amount_xof) FILTER (WHERE kind = 'arrears'), 0) AS arrears_xof,
        count(*) FILTER (WHERE status = 'open') AS open,
        coalesce(sum(amount_xof) FILTER (WHERE status = 'open'), 0) AS open_xof,
        count(*) FILTER (WHERE status = 'paid') AS paid,
        coalesce(sum(CASE status WHEN 'paid' THEN amount_xof ELSE paid_xof END), 0) AS paid_xof
    FROM payments_instruction WHERE round_id = %(round)s
    GROUP BY commune_id, agency_id
), late AS (
    SELECT line.commune_id, count(DISTINCT line.household_id) AS households,
        count(DISTINCT line.household_id) FILTER (WHERE own.id IS NULL) AS alone
    FROM payments_instruction AS line
    LEFT JOIN payments_entitlement AS own
        ON own.round_id = %(round)s AND own.household_id = line.household_id
    WHERE line.round_id = %(round)s AND line.kind = 'arrears'
    GROUP BY line.commune_id
)
SELECT area.id AS commune_id, area.name AS commune, cercle.name AS cercle,
    string_agg(agency.name, ', ' ORDER BY agency.name) AS agencies,
    -- A household with arrears only is a household of the list too.
    (sum(line.rights) + coalesce(max(late.alone), 0))::bigint AS households,
    coalesce(max(late.households), 0)::bigint AS arrears_households,
    sum(orders)::bigint AS orders, sum(amount_xof)::bigint AS amount_xof,
    sum(arrears)::bigint AS arrears, sum(arrears_xof)::bigint AS arrears_xof,
    sum(open)::bigint AS open, sum(open_xof)::bigint AS open_xof,
    sum(paid)::bigint AS paid, sum(paid_xof)::bigint AS paid_xof
FROM line
JOIN geography_area AS area ON area.id = line.commune_id
JOIN geography_area AS cercle ON cercle.id = area.parent_id
JOIN programmes_agency AS agency ON agency.id = line.agency_id
LEFT JOIN late ON late.commune_id = line.commune_id
GROUP BY area.id, area.name, cercle.name
ORDER BY cercle.name, area.name, area.id
