-- reads: stage_interview; creates: stage_enumerator (each enumerator's means, and how far each stands from the middle of
-- all, in robust deviations: rules.robust_scores says the same of one measure)
CREATE TEMP TABLE stage_enumerator AS
WITH one AS (
    SELECT enumerator, min(line) AS line, count(*) AS interviews, avg(minutes)::float8 AS minutes,
        avg(members)::float8 AS size, avg(missing)::float8 AS missing, avg(minimal)::float8 AS minimal
    FROM stage_interview WHERE enumerator <> '' GROUP BY enumerator HAVING count(*) >= %(least_interviews)s
), middle AS (
    SELECT count(*) AS enumerators, percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS minutes,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY size) AS size,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY missing) AS missing,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY minimal) AS minimal
    FROM one
), spread AS (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(one.minutes - middle.minutes)) AS minutes,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(one.size - middle.size)) AS size,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(one.missing - middle.missing)) AS missing,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(one.minimal - middle.minimal)) AS minimal
    FROM one CROSS JOIN middle
)
SELECT one.*, middle.enumerators, middle.minutes AS usual_minutes, middle.size AS usual_size,
    middle.missing AS usual_missing, middle.minimal AS usual_minimal, ''::text AS key, NULL::bigint AS known_id,
    0.6745 * (one.minutes - middle.minutes) / nullif(spread.minutes, 0) AS minutes_score,
    0.6745 * (one.size - middle.size) / nullif(spread.size, 0) AS size_score,
    0.6745 * (one.missing - middle.missing) / nullif(spread.missing, 0) AS missing_score,
    0.6745 * (one.minimal - middle.minimal) / nullif(spread.minimal, 0) AS minimal_score
FROM one CROSS JOIN middle CROSS JOIN spread
