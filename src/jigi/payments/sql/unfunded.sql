-- reads: payments_roundcommune, programmes_fundingcommune; the communes of a round that no agreement pays
SELECT area.name
FROM payments_roundcommune AS rc
JOIN geography_area AS area ON area.id = rc.commune_id
WHERE rc.payment_round_id = %(round)s
    AND NOT EXISTS (
        SELECT FROM programmes_fundingcommune AS fc
        WHERE fc.component_id = %(component)s AND fc.commune_id = rc.commune_id
    )
ORDER BY area.name
