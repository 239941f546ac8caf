-- reads: registry_household, registry_person, registry_membership; why nothing is asked for the recipient of an enrolment
-- (payments.rules.withheld), by the enrolment; `debt`: not even what is owed
    SELECT one.id, one.reason, one.debt FROM (
        SELECT enrolled.id,
            CASE WHEN person.died_on IS NOT NULL THEN 'died' WHEN household.status <> 'active' THEN household.status
                WHEN here.id IS NULL THEN 'gone' END AS reason,
            person.died_on IS NOT NULL OR here.id IS NULL AND there.id IS NULL AS debt
        FROM enrolment_enrolment AS enrolled
        JOIN registry_household AS household ON household.id = enrolled.household_id
        JOIN registry_person AS person ON person.id = enrolled.recipient_id
        LEFT JOIN registry_membership AS here ON here.household_id = enrolled.household_id
            AND here.person_id = enrolled.recipient_id AND here.ended_on IS NULL
        LEFT JOIN registry_membership AS there ON there.household_id = household.merged_into_id
            AND there.person_id = enrolled.recipient_id AND there.ended_on IS NULL
        WHERE enrolled.component_id = %(component)s
    ) AS one WHERE one.reason IS NOT NULL
