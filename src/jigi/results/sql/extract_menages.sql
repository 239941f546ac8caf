-- reads: extract_household, registry_household, registry_livingconditions, geography_area, geography_areaversion; the table
-- « menages » of an extract
SELECT kept.code, version.code || ':' || commune.code, household.situation, household.status,
    least(household.size, 30),
    to_char(household.registered_at, 'YYYY-MM'), to_char(household.collected_on, 'YYYY-MM'),
    living.children_under_5, living.children_under_15, living.active_adults,
    living.head_sex, least(living.head_age / 5 * 5, 80), living.head_education, living.head_occupation, living.livelihood,
    living.urban, living.wall, living.roof, living.floor, living.water, living.toilet, living.rooms,
    living.meals_per_day, living.fcs, living.rcsi, living.hdds, round(least(living.land_ha, 50), 1),
    least(living.cattle, 50), least(living.sheep_goats, 100)
FROM extract_household AS kept
JOIN registry_household AS household ON household.id = kept.id AND kept.id = kept.now_id
JOIN geography_area AS commune ON commune.id = household.commune_id
JOIN geography_areaversion AS version ON version.id = commune.version_id
LEFT JOIN registry_livingconditions AS living ON living.household_id = household.id
