-- reads: stage_problem, stage_household, stage_member, stage_enumerator; writes: intake_checkcount (of every check that
-- names rows, how many lines it names)
INSERT INTO intake_checkcount (batch_id, code, title, about, severity, examined, concerned)
SELECT %(batch)s, said.code, said.title, said.about, said.severity,
    greatest(coalesce(found.lines, 0), CASE said.about WHEN 'interview' THEN %(interviews)s
        WHEN 'member' THEN %(members)s ELSE (SELECT count(*) FROM stage_enumerator) END), coalesce(found.lines, 0)
FROM unnest(%(codes)s::text[], %(titles)s::text[], %(abouts)s::text[], %(severities)s::text[])
    AS said (code, title, about, severity)
LEFT JOIN (SELECT code, count(DISTINCT (of_member, line)) AS lines FROM stage_problem GROUP BY code) AS found USING (code)
