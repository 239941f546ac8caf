-- reads: payments_instruction, payments_attempt of one round and agency after an order's number, as many as asked, in the order of
-- numbers; telephone and account sealed, and the index that the account must open to
SELECT line.id, line.household_id, line.reference, household.rsu_number AS rsu,
    person.given_names || ' ' || person.surname AS recipient, coalesce(phone.sealed, '') AS phone, line.pay_point,
    line.account_sealed AS account, line.account_index, line.amount_xof, line.kind, line.status, line.settled_on
FROM (
    SELECT line.* FROM payments_instruction AS line
    WHERE line.origin_round_id = ANY (%(origins)s) AND line.round_id = %(round)s AND line.agency_id = %(agency)s
        AND line.status <> 'held' AND line.id > %(after)s
        -- What was given to the agency by machine leaves by no other way, but is read one by one.
        AND (%(one)s OR NOT EXISTS (
            SELECT FROM payments_attempt AS sent
            WHERE sent.instruction_id = line.id AND sent.origin_round_id = line.origin_round_id
                AND sent.reason <> 'AILLEURS'))
    ORDER BY line.id LIMIT %(most)s
) AS line
JOIN registry_household AS household ON household.id = line.household_id
JOIN registry_person AS person ON person.id = line.recipient_id
LEFT JOIN LATERAL (
    SELECT sealed FROM registry_phone WHERE person_id = line.recipient_id ORDER BY id LIMIT 1
) AS phone ON true
ORDER BY line.id
