-- reads: candidate (households), registry_membership; who receives for each household, and who stands in. A decision
-- that names who receives gives `recipients`, in the order of `households`
SELECT membership.household_id,
    (array_agg(membership.person_id ORDER BY named.person_id IS NULL, role = 'recipient' DESC, unit, line)
        FILTER (WHERE named.person_id IS NOT NULL OR role = 'recipient'
            OR relation = 'head' AND %(head_by_default)s))[1] AS recipient_id,
    (array_agg(membership.person_id ORDER BY line) FILTER (WHERE role = 'alternate'))[1] AS alternate_id
FROM registry_membership AS membership
JOIN candidate USING (household_id)
LEFT JOIN unnest(%(households)s::bigint[], %(recipients)s::bigint[]) AS named (household_id, person_id)
    ON named.household_id = membership.household_id AND named.person_id = membership.person_id
WHERE membership.ended_on IS NULL
GROUP BY membership.household_id
