-- reads: households of a session's village, who receives for them, delivery_attendance; the list of a session, in the
-- order of names, recipients first; then those who came from elsewhere
WITH session AS (
    SELECT one.id, one.village_id FROM delivery_session AS one WHERE one.id = %(session)s
), receivers AS (
    SELECT receiver.* FROM ({sql:sessions_receivers}) AS receiver
    WHERE receiver.household_id IN (
        SELECT id FROM registry_household WHERE village_id = (SELECT village_id FROM session)
        UNION SELECT household_id FROM delivery_attendance WHERE session_id = %(session)s)
)
SELECT household.id AS household_id, household.rsu_number, household.head_name, village.name AS village,
    household.village_id IS DISTINCT FROM session.village_id AS visitor,
    receiver.household_id IS NOT NULL AS recipient,
    coalesce(recipient.given_names || ' ' || recipient.surname, '') AS recipient_name,
    coalesce(alternate.given_names || ' ' || alternate.surname, '') AS alternate_name,
    coalesce(recipient.sex, '') AS recipient_sex, coalesce(alternate.sex, '') AS alternate_sex,
    held.id IS NOT NULL AS present, coalesce(held.came, '') AS came, coalesce(held.sex, '') AS sex,
    coalesce(held.mother, false) AS mother, coalesce(held.consented, false) AS consented, coalesce(held.means, '') AS means
FROM session
JOIN registry_household AS household ON household.village_id = session.village_id AND household.status = 'active'
    OR household.id IN (SELECT household_id FROM delivery_attendance WHERE session_id = %(session)s)
LEFT JOIN geography_area AS village ON village.id = household.village_id
LEFT JOIN receivers AS receiver ON receiver.household_id = household.id
LEFT JOIN registry_person AS recipient ON recipient.id = receiver.recipient_id
LEFT JOIN registry_person AS alternate ON alternate.id = receiver.alternate_id
LEFT JOIN delivery_attendance AS held ON held.household_id = household.id AND held.session_id = session.id
ORDER BY visitor, recipient DESC, household.head_name, household.id
