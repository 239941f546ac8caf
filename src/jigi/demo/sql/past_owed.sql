-- reads: payments_entitlement of one past round; writes: payments_owed
INSERT INTO payments_owed (round_id, entitlement_id, component_id, commune_id)
SELECT round_id, id, component_id, commune_id FROM payments_entitlement
WHERE round_id = %(round)s AND status = 'owed'
