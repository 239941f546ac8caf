-- reads: registry_*; writes: enrolment_enrolment, but for those of whom nobody can receive what may be owed
UPDATE enrolment_enrolment AS enrolled SET status = 'exited', exited_at = now(),
    exit_reason = CASE WHEN last_term = first_term THEN 'fin de l’échéance unique'
        ELSE 'fin des ' || last_term - first_term + 1 || ' échéances' END
FROM registry_household AS household, registry_person AS recipient
WHERE component_id = %(component)s AND enrolled.status = 'active' AND last_term <= %(closed_term)s
    AND (%(communes)s::bigint[] IS NULL OR enrolled.commune_id = ANY (%(communes)s::bigint[]))
    AND household.id = enrolled.household_id AND recipient.id = enrolled.recipient_id
    -- Who died or left is to be replaced first: a right that is owed would be lost for the household.
    AND recipient.died_on IS NULL
    AND EXISTS (
        SELECT FROM registry_membership AS member
        WHERE member.person_id = enrolled.recipient_id AND member.ended_on IS NULL
            AND member.household_id
                = CASE WHEN household.merged_into_id IS NULL THEN household.id ELSE schemes_survivor(household.id) END
    )
