-- reads: sessions_judge; writes: delivery_conditionfinding (those who did less than they were asked), the review's counts
WITH judged AS MATERIALIZED (
    {sql:sessions_judge}
), found AS (
    INSERT INTO delivery_conditionfinding (review_id, component_id, commune_id, household_id, enrolment_id, offered,
        required, attended, dismissed_why)
    SELECT %(review)s, %(paid)s, commune_id, household_id, enrolment_id, offered, required, attended, ''
    FROM judged WHERE attended < required ORDER BY enrolment_id
)
UPDATE delivery_conditionreview AS review
SET judged = counted.judged, failed = counted.failed, excused = counted.excused,
    kept = counted.judged - counted.failed - counted.excused
FROM (SELECT count(*) AS judged, count(*) FILTER (WHERE attended < required) AS failed,
    count(*) FILTER (WHERE offered = 0) AS excused FROM judged) AS counted
WHERE review.id = %(review)s
