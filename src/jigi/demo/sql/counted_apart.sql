-- reads: payments_instruction, delivery_reach, registry_membership; the reference: every person of every component, then
-- the distinct ones of each and of all
WITH served AS (
    SELECT 'regular' AS sort, member.person_id FROM payments_instruction AS paid
    JOIN registry_membership AS member ON member.household_id = paid.household_id AND member.ended_on IS NULL
    WHERE paid.status = 'paid'
    UNION ALL
    SELECT reach.sort, coalesce(reach.person_id, member.person_id) FROM delivery_reach AS reach
    LEFT JOIN registry_membership AS member ON member.household_id = reach.household_id AND member.ended_on IS NULL
        AND reach.person_id IS NULL
)
SELECT sort, count(DISTINCT person_id) AS persons FROM served GROUP BY GROUPING SETS ((sort), ())
