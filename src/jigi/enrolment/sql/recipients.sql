-- reads: candidate (households), registry_membership; who receives for each household, and who stands in
SELECT membership.household_id,
    (array_agg(person_id ORDER BY role = 'recipient' DESC, unit, line)
        FILTER (WHERE role = 'recipient' OR relation = 'head' AND %(head_by_default)s))[1] AS recipient_id,
    (array_agg(person_id ORDER BY line) FILTER (WHERE role = 'alternate'))[1] AS alternate_id
FROM registry_membership AS membership
JOIN candidate USING (household_id)
WHERE membership.ended_on IS NULL
GROUP BY membership.household_id
