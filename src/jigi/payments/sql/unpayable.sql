-- reads: payments_instruction of one round, registry_*; its open orders of which the recipient died or left, or whose household
-- ended (a debt follows it where it was merged), or whose commune is suspended
    SELECT line.id
    FROM payments_instruction AS line
    JOIN registry_household AS household ON household.id = line.household_id
    JOIN registry_person AS person ON person.id = line.recipient_id
    WHERE line.round_id = %(round)s AND line.status = 'open'
        AND (person.died_on IS NOT NULL OR line.commune_id = ANY (ARRAY(
            SELECT commune_id FROM payments_roundcommune
            WHERE payment_round_id = %(round)s AND payments_suspended(component_id, commune_id)
        )) OR line.kind = 'right' AND household.status <> 'active' OR NOT EXISTS (
            SELECT FROM registry_membership AS member
            WHERE member.person_id = line.recipient_id AND member.ended_on IS NULL
                AND (member.household_id = line.household_id
                    OR line.kind = 'arrears' AND household.merged_into_id IS NOT NULL
                        AND member.household_id = schemes_survivor(household.id))
        ))
