-- reads: payments_entitlement of one round; writes: {instruction}, one order for each right of the round
INSERT INTO {instruction} (origin_round_id, entitlement_id, round_id, component_id, household_id, funding_line_id,
    recipient_id, commune_id, agency_id, account_sealed, account_index, pay_point, reference, kind,
    attempt, amount_xof)
SELECT round_id, id, round_id, component_id, household_id, funding_line_id, recipient_id,
    commune_id, agency_id, account_sealed, account_index, pay_point,
    payments_reference(round_id, id, 1::smallint), 'right', 1, amount_xof
FROM payments_entitlement
WHERE round_id = %(round)s
ORDER BY id
