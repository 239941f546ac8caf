-- reads: payments_instruction, programmes_component, delivery_reach, registry_household, registry_membership,
-- registry_person; households and persons that each component served between two days (`since`, `until`, one year),
-- and all of them together, each counted once. Of nutrition the named persons are served; of the others, who lives in
-- the household at the end. A merged household counts as what it became.
WITH served AS (
    SELECT CASE component.kind WHEN 'regular' THEN 1 WHEN 'emergency' THEN 2 WHEN 'works' THEN 16 ELSE 32 END AS bit,
        paid.household_id, NULL::bigint AS person_id
    FROM payments_instruction AS paid
    JOIN programmes_component AS component ON component.id = paid.component_id
    WHERE paid.status = 'paid' AND paid.settled_on BETWEEN %(since)s AND %(until)s
        AND (%(communes)s::bigint[] IS NULL OR paid.commune_id = ANY (%(communes)s))
    GROUP BY 1, 2
    UNION ALL
    SELECT CASE reach.sort WHEN 'sessions' THEN 4 WHEN 'nutrition' THEN 8 WHEN 'works' THEN 16 ELSE 32 END,
        reach.household_id, CASE WHEN reach.sort = 'nutrition' THEN reach.person_id END
    FROM delivery_reach AS reach
    WHERE reach.year = extract(year FROM %(until)s::date)
        AND (%(communes)s::bigint[] IS NULL OR reach.commune_id = ANY (%(communes)s))
), merged AS (
    SELECT id, schemes_survivor(id) AS survivor_id FROM registry_household WHERE merged_into_id IS NOT NULL
), alive AS (
    SELECT served.bit, served.person_id, coalesce(merged.survivor_id, served.household_id) AS household_id
    FROM served LEFT JOIN merged ON merged.id = served.household_id
), households AS (
    SELECT household_id, bit_or(bit) AS bits, bit_or(bit) FILTER (WHERE person_id IS NULL AND bit <> 8) AS whole
    FROM alive GROUP BY household_id
), persons AS (
    SELECT member.person_id, bit_or(member.bits) AS bits
    FROM (
        SELECT living.person_id, households.whole AS bits
        FROM households
        JOIN registry_membership AS living ON living.household_id = households.household_id
            AND coalesce(living.started_on, '-infinity') <= %(until)s
            AND coalesce(living.ended_on, 'infinity') > %(until)s
        WHERE households.whole IS NOT NULL
        UNION ALL
        SELECT person_id, bit FROM alive WHERE person_id IS NOT NULL
    ) AS member
    GROUP BY member.person_id
), each AS (
    SELECT * FROM (VALUES ('regular', 1), ('emergency', 2), ('sessions', 4), ('nutrition', 8), ('works', 16),
        ('grants', 32), ('', 63)) AS named (sort, bit)
), counted_households AS (
    SELECT bits, count(*) AS found FROM households GROUP BY bits
), counted_persons AS (
    SELECT persons.bits, count(*) AS found, count(*) FILTER (WHERE person.sex = 'F') AS women
    FROM persons JOIN registry_person AS person ON person.id = persons.person_id GROUP BY persons.bits
)
SELECT each.sort,
    (SELECT coalesce(sum(found), 0) FROM counted_households WHERE bits & each.bit > 0)::bigint AS households,
    (SELECT coalesce(sum(found), 0) FROM counted_persons WHERE bits & each.bit > 0)::bigint AS persons,
    (SELECT coalesce(sum(women), 0) FROM counted_persons WHERE bits & each.bit > 0)::bigint AS women
FROM each ORDER BY each.bit
