-- reads: enrolment_enrolment, programmes_component, schemes_*, registry_household, response_served(); writes:
-- targeting_barred, those whom an arm of new households leaves out: live in its component, in its base, or in another for
-- the same purpose; served by another component of its response; helped
INSERT INTO targeting_barred (household_id, reason)
SELECT live.household_id, 'enrolled'
FROM enrolment_enrolment AS live JOIN programmes_component AS component ON component.id = live.component_id
WHERE live.status <> 'exited'
    AND (live.component_id IN (%(component)s, %(base)s) OR component.purpose = %(purpose)s)
UNION ALL
SELECT household_id, 'enrolled' FROM response_served(%(activation)s) WHERE component_id <> %(component)s
UNION ALL
SELECT household_id, 'helped' FROM (
{sql:arm_helped}
) AS helped
