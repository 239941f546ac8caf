-- reads: stage_interview, stage_enumerator, stage_problem; writes: intake_fieldwork (what each enumerator brought in each
-- week)
INSERT INTO intake_fieldwork (batch_id, collector, week, interviews, members, minutes, missing, minimal, with_errors,
    with_warnings, outlying)
SELECT %(batch)s, i.enumerator, i.week, count(*), sum(i.members), avg(i.minutes), avg(i.missing), avg(i.minimal),
    count(*) FILTER (WHERE wrong.errors > 0), count(*) FILTER (WHERE wrong.warnings > 0),
    coalesce(min(apart.codes), '')
FROM stage_interview AS i
LEFT JOIN (
    SELECT key, count(*) FILTER (WHERE severity = 'error') AS errors,
        count(*) FILTER (WHERE severity = 'warning') AS warnings
    FROM stage_problem WHERE key <> '' GROUP BY key
) AS wrong USING (key)
LEFT JOIN (
    SELECT one.enumerator, string_agg(problem.code, ' ' ORDER BY problem.code) AS codes
    FROM stage_enumerator AS one
    JOIN stage_problem AS problem ON problem.line = one.line AND problem.code = ANY (%(profiles)s)
    GROUP BY one.enumerator
) AS apart USING (enumerator)
GROUP BY i.enumerator, i.week
