-- reads: what served.sql reads, registry_membership, registry_person; persons that components of some natures served:
-- who lives at the end of the days in a household served, and who received a ration. `good` is a woman.
WITH served AS ({sql:served}), homes AS (
    SELECT household_id, commune_id, kind, agreement, max(on_day) AS on_day
    FROM served WHERE kind = ANY (%(kinds)s::text[]) AND kind <> 'nutrition'
    GROUP BY household_id, commune_id, kind, agreement
), found AS (
    SELECT living.person_id, homes.*
    FROM homes
    JOIN registry_membership AS living ON living.household_id = homes.household_id
        AND coalesce(living.started_on, '-infinity') <= %(until)s
        AND coalesce(living.ended_on, 'infinity') > %(until)s
    UNION ALL
    SELECT served.person_id, served.household_id, served.commune_id, served.kind, served.agreement, served.on_day
    FROM served
    WHERE served.kind = 'nutrition' AND 'nutrition' = ANY (%(kinds)s::text[]) AND served.person_id IS NOT NULL
), aged AS (
    SELECT found.*, person.sex, extract(year FROM age(%(until)s::date, person.birth_date))::integer AS age
    FROM found JOIN registry_person AS person ON person.id = found.person_id
)
SELECT aged.person_id AS unit, aged.household_id, aged.commune_id, aged.kind, aged.agreement, aged.sex::text AS sex,
    aged.age, aged.on_day, 0::bigint AS amount, aged.sex = 'F' AS good
FROM aged
WHERE %(oldest)s::integer IS NULL OR aged.age <= %(oldest)s
