-- reads: registry_household, registry_membership, registry_person, registry_health, delivery_rationscale; writes:
-- delivery_censusentry (the children and women of villages whom a scale may reach while the contract runs)
INSERT INTO delivery_censusentry (contract_id, commune_id, village_id, category, household_id, person_id, name, guardian,
    made_by_id, left_why)
SELECT %(contract)s, village.parent_id, village.id, who.category, who.household_id, who.person_id, '', '', %(by)s, ''
FROM (
    SELECT DISTINCT ON (person.id) person.id AS person_id, household.id AS household_id,
        coalesce(household.stay_village_id, household.village_id) AS village_id,
        CASE WHEN person.sex = 'F' AND (
            health.due_on BETWEEN %(starts)s::date - scale.overdue_days AND %(ends)s::date + scale.pregnancy_days
            OR health.breastfeeding_since <= %(ends)s::date AND health.breastfeeding_since
                > (%(starts)s::date - make_interval(months => scale.breastfeeding_months))::date
        ) THEN 'woman' ELSE 'child' END AS category,
        person.birth_date, person.birth_precision, scale.from_months, scale.to_months
    FROM registry_household AS household
    JOIN registry_membership AS member ON member.household_id = household.id AND member.ended_on IS NULL
    JOIN registry_person AS person ON person.id = member.person_id AND person.died_on IS NULL
    LEFT JOIN registry_health AS health ON health.person_id = person.id
    JOIN delivery_rationscale AS scale ON scale.id = %(scale)s
    WHERE household.status = 'active' AND coalesce(household.stay_village_id, household.village_id) = ANY (%(villages)s)
    ORDER BY person.id, member.shared, member.id
) AS who
JOIN geography_area AS village ON village.id = who.village_id
WHERE (who.category = 'woman'
        OR delivery_child_verdict(who.birth_date, who.birth_precision, %(starts)s, 0, who.to_months) <> 'no'
            AND who.birth_date IS NOT NULL
        OR delivery_child_verdict(who.birth_date, who.birth_precision, %(ends)s, who.from_months, who.to_months) <> 'no'
            AND who.birth_date IS NOT NULL)
    AND NOT EXISTS (SELECT FROM delivery_censusentry AS known
        WHERE known.contract_id = %(contract)s AND known.person_id = who.person_id)
ON CONFLICT DO NOTHING
