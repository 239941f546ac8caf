-- reads: stage_household, stage_merge, stage_problem; counts what is merged, known and held
SELECT
    (SELECT count(*) FROM stage_merge) AS households_merged,
    (SELECT coalesce(sum(size), 0)::bigint FROM stage_merge) AS members_merged,
    (SELECT count(*) FROM stage_household AS h WHERE h.line = h.first_line AND h.known_id IS NOT NULL
        AND h.line NOT IN (SELECT line FROM stage_problem WHERE severity = 'error' AND NOT of_member)
        AND h.key NOT IN (SELECT key FROM stage_problem WHERE severity = 'error' AND of_member AND key <> '')
    ) AS households_known
