-- reads: grievances_case past its day; writes: grievances_case, one level up, and grievances_event; returns how many
-- ordinary ones rose, and the events of the others, for the proofs of their trail.
-- A case that has just risen has a new day: it rises again only when that one has passed too.
WITH risen AS (
    UPDATE grievances_case AS late
    SET level = CASE late.level WHEN 'commune' THEN 'cercle' WHEN 'cercle' THEN 'region' ELSE 'country' END,
        assigned_to_id = NULL
    FROM grievances_case AS before
    WHERE before.id = late.id AND late.level <> 'country' AND late.due_on < %(today)s
        AND late.status IN ('received', 'acknowledged', 'sorted', 'examination', 'decided', 'appealed')
    RETURNING late.id, before.level AS was, late.level, before.due_on, late.sensitive
), told AS (
    INSERT INTO grievances_event (case_id, verb, by_id, facts, note_sealed, note_index)
    SELECT id, 'escalate', %(by)s, jsonb_build_object('from', was, 'level', level, 'due_on', due_on), '', ''
    FROM risen ORDER BY id
    RETURNING id, case_id
)
SELECT count(*) FILTER (WHERE NOT risen.sensitive) AS risen,
    coalesce(array_agg(told.id ORDER BY told.id) FILTER (WHERE risen.sensitive), '{}') AS apart
FROM risen JOIN told ON told.case_id = risen.id
