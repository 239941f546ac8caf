-- reads: payments_roundcommune, payments_paymentround; the earlier terms of a round's communes that are not closed
SELECT DISTINCT area.name AS commune, earlier.term, other.id AS round_id, other.label
FROM payments_roundcommune AS own
JOIN payments_roundcommune AS earlier ON earlier.component_id = own.component_id
    AND earlier.commune_id = own.commune_id AND earlier.term < own.term AND earlier.sequence = 1 AND earlier.live
JOIN payments_paymentround AS other ON other.id = earlier.payment_round_id AND other.status NOT IN ('closed', 'cancelled')
JOIN geography_area AS area ON area.id = own.commune_id
WHERE own.payment_round_id = %(round)s AND own.sequence = 1
ORDER BY earlier.term, area.name
