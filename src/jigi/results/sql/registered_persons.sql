-- reads: registry_household, registry_membership, registry_person; who lives on a day in the active households
-- registered up to it; `good` is a woman
SELECT living.person_id AS unit, household.id AS household_id, household.commune_id, NULL::text AS kind,
    NULL::text AS agreement, person.sex::text AS sex,
    extract(year FROM age(%(until)s::date, person.birth_date))::integer AS age,
    household.registered_at::date AS on_day, 0::bigint AS amount, person.sex = 'F' AS good
FROM registry_household AS household
JOIN registry_membership AS living ON living.household_id = household.id
    AND coalesce(living.started_on, '-infinity') <= %(until)s AND coalesce(living.ended_on, 'infinity') > %(until)s
JOIN registry_person AS person ON person.id = living.person_id
WHERE household.status = 'active' AND household.registered_at::date <= %(until)s
