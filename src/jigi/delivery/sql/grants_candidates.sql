-- reads: delivery_grantapplication, grantscore, granttrainee, registry_person; what the ranking needs of each application
-- to rank: members who scored every criterion, the points by criterion of these, days of training, sex
WITH to_rank AS (
    SELECT id, number, applicant_id FROM delivery_grantapplication WHERE call_id = %(call)s AND status = 'submitted'
), whole AS (
    SELECT application_id, juror_id FROM delivery_grantscore WHERE call_id = %(call)s
    GROUP BY application_id, juror_id
    HAVING count(*) = (SELECT count(*) FROM delivery_grantcriterion WHERE call_id = %(call)s)
), given AS (
    SELECT score.application_id, criterion.code, sum(score.points)::bigint AS points
    FROM delivery_grantscore AS score
    JOIN whole USING (application_id, juror_id)
    JOIN delivery_grantcriterion AS criterion ON criterion.id = score.criterion_id
    WHERE score.call_id = %(call)s
    GROUP BY score.application_id, criterion.code
), points AS (
    SELECT application_id, jsonb_object_agg(code, points) AS points FROM given GROUP BY application_id
), members AS (
    SELECT application_id, count(*) AS members FROM whole GROUP BY application_id
), days AS (
    SELECT application_id, count(*) AS days FROM delivery_granttrainee
    WHERE application_id IN (SELECT id FROM to_rank) GROUP BY application_id
)
SELECT to_rank.id AS application, coalesce(members.members, 0)::int AS members,
    coalesce(points.points, '{}'::jsonb) AS points, coalesce(days.days, 0)::int AS days,
    person.sex = 'F' AS woman, to_rank.number AS "order"
FROM to_rank
JOIN registry_person AS person ON person.id = to_rank.applicant_id
LEFT JOIN members ON members.application_id = to_rank.id
LEFT JOIN points ON points.application_id = to_rank.id
LEFT JOIN days ON days.application_id = to_rank.id
ORDER BY to_rank.number
