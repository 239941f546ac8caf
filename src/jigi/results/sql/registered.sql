-- reads: registry_household; the active households registered up to a day
SELECT household.id AS unit, household.id AS household_id, household.commune_id, NULL::text AS kind,
    NULL::text AS agreement, NULL::text AS sex, NULL::integer AS age, household.registered_at::date AS on_day,
    household.size::bigint AS amount, true AS good
FROM registry_household AS household
WHERE household.status = 'active' AND household.registered_at::date <= %(until)s
