-- reads: findings of a review that nobody dismissed, live enrolments; writes: delivery_withholding, the findings' link
WITH due AS (
    SELECT finding.id, finding.component_id, finding.household_id, finding.enrolment_id, finding.commune_id,
        finding.attended, finding.required
    FROM delivery_conditionfinding AS finding
    JOIN enrolment_enrolment AS enrolment ON enrolment.id = finding.enrolment_id AND enrolment.status <> 'exited'
        AND %(term)s BETWEEN enrolment.first_term AND enrolment.last_term
    WHERE finding.review_id = %(review)s AND finding.dismissed_at IS NULL AND finding.withholding_id IS NULL
        -- Where the list of the term is frozen, nothing would be withheld any more.
        AND finding.commune_id <> ALL (%(frozen)s::bigint[])
    ORDER BY finding.enrolment_id
), made AS (
    INSERT INTO delivery_withholding (component_id, household_id, enrolment_id, commune_id, term, effect, percent, rule,
        reason, made_by_id, made_at, decided_by_id, decided_at, lifted_why)
    SELECT component_id, household_id, enrolment_id, commune_id, %(term)s, %(effect)s, %(percent)s, %(rule)s,
        replace(replace(%(reason)s, '{attended}', attended::text), '{required}', required::text),
        %(made_by)s, %(made_at)s, %(by)s, now(), ''
    FROM due
    RETURNING id, enrolment_id
)
UPDATE delivery_conditionfinding AS finding SET withholding_id = made.id
FROM made JOIN due USING (enrolment_id) WHERE finding.id = due.id
