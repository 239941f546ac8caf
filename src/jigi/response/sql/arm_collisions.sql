-- reads: enrolment_enrolment, programmes_component; how many of the households live in a component are live too in one
-- of another programme for the same purpose as the arm's component: their right would be withheld over one period
SELECT count(DISTINCT base.household_id) AS households
FROM enrolment_enrolment AS base
JOIN enrolment_enrolment AS rival ON rival.household_id = base.household_id AND rival.status <> 'exited'
JOIN programmes_component AS theirs
    ON theirs.id = rival.component_id AND theirs.purpose = %(purpose)s AND theirs.programme_id <> %(programme)s
WHERE base.component_id = %(base)s AND base.status <> 'exited' AND base.commune_id = ANY (%(communes)s)
