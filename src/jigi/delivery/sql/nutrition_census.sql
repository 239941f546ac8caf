-- reads: delivery_censusentry, delivery_censushealth, registry_person, registry_health, delivery_rationscale; gives, inside
-- WITH, `weighed`: who is counted in a contract's census, with what the scale says of them on a day
-- (a parameter, or the day their village is served)
weighed AS (
    SELECT entry.id AS entry_id, entry.contract_id, entry.village_id, entry.household_id, entry.person_id, entry.category,
        day_of.day, day_of.stop_id,
        coalesce(nullif(entry.name, ''), person.surname || ' ' || person.given_names) AS name,
        CASE entry.category
            WHEN 'child' THEN delivery_child_verdict(
                coalesce(entry.birth_date, person.birth_date),
                CASE WHEN entry.birth_date IS NULL THEN person.birth_precision ELSE entry.birth_precision END,
                day_of.day, scale.from_months, scale.to_months)
            WHEN 'woman' THEN greatest(
                delivery_woman_verdict(said.due_on, said.breastfeeding_since, day_of.day,
                    scale.pregnancy_days, scale.overdue_days, scale.breastfeeding_months),
                delivery_woman_verdict(health.due_on, health.breastfeeding_since, day_of.day,
                    scale.pregnancy_days, scale.overdue_days, scale.breastfeeding_months))
        END AS verdict
    FROM delivery_censusentry AS entry
    JOIN day_of ON day_of.village_id = entry.village_id
    JOIN delivery_rationscale AS scale ON scale.id = %(scale)s
    LEFT JOIN registry_person AS person ON person.id = entry.person_id
    LEFT JOIN registry_health AS health ON health.person_id = entry.person_id
    LEFT JOIN delivery_censushealth AS said ON said.entry_id = entry.id
    WHERE entry.contract_id = %(contract)s AND entry.left_on IS NULL
        AND (person.died_on IS NULL OR person.died_on > day_of.day)
)
