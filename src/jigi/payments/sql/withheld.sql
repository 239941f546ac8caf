-- reads: registry_household, registry_person, registry_membership; why nothing is asked for the recipient of an enrolment
-- (payments.rules.withheld), by the enrolment; `debt`: not even what is owed; `held`: the right is written, its order held
    SELECT one.id, one.reason, one.debt, one.held FROM (
        SELECT enrolled.id,
            CASE WHEN person.died_on IS NOT NULL THEN 'died' WHEN household.status <> 'active' THEN household.status
                WHEN here.id IS NULL THEN 'gone' END AS reason,
            person.died_on IS NOT NULL OR here.id IS NULL AND there.id IS NULL AS debt,
            household.status = 'active' AND EXISTS (
                SELECT FROM registry_membership AS member JOIN registry_person AS heir ON heir.id = member.person_id
                WHERE member.household_id = enrolled.household_id AND member.ended_on IS NULL
                    AND heir.died_on IS NULL AND heir.id <> enrolled.recipient_id
            ) AS held
        FROM enrolment_enrolment AS enrolled
        JOIN registry_household AS household ON household.id = enrolled.household_id
        JOIN registry_person AS person ON person.id = enrolled.recipient_id
        LEFT JOIN registry_membership AS here ON here.household_id = enrolled.household_id
            AND here.person_id = enrolled.recipient_id AND here.ended_on IS NULL
        LEFT JOIN registry_membership AS there
            ON there.household_id = CASE WHEN household.merged_into_id IS NOT NULL THEN schemes_survivor(household.id) END
            AND there.person_id = enrolled.recipient_id AND there.ended_on IS NULL
        WHERE enrolled.component_id = %(component)s
    ) AS one WHERE one.reason IS NOT NULL
