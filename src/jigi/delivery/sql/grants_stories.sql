-- reads: delivery_grant*, enrolment_enrolment, programmes_component: for each grant of a call whose household still
-- receives a regular transfer, what the rule of graduation weighs, once for each of these enrolments
SELECT whole.id AS "grant", enrolment.id AS enrolment, first.released_on AS first_on, last.activity,
    application.income_before_xof, last.income_xof AS income_after_xof, last.assets_xof,
    NOT EXISTS (SELECT FROM delivery_grantinstalment AS one
        WHERE one.grant_id = whole.id AND one.status <> 'released') AS released_all
FROM delivery_grant AS whole
JOIN delivery_grantapplication AS application ON application.id = whole.application_id
JOIN enrolment_enrolment AS enrolment ON enrolment.household_id = whole.household_id AND enrolment.status <> 'exited'
JOIN programmes_component AS component ON component.id = enrolment.component_id AND component.kind = 'regular'
CROSS JOIN LATERAL (
    SELECT min(released_on) AS released_on FROM delivery_grantrelease
    WHERE grant_id = whole.id AND undone_at IS NULL
) AS first
LEFT JOIN delivery_grantvisit AS last
    ON last.grant_id = whole.id AND last.sort = 'month12' AND last.struck_at IS NULL
WHERE whole.call_id = %(call)s AND whole.status <> 'defaulted' AND first.released_on IS NOT NULL
    AND NOT EXISTS (SELECT FROM delivery_grantgraduation AS said
        WHERE said.grant_id = whole.id AND said.enrolment_id = enrolment.id)
ORDER BY whole.id, enrolment.id
