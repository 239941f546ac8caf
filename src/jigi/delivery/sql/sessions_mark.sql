-- reads: stage_attendance, delivery_session, enrolments, persons; writes: delivery_attendance, added or corrected
WITH receivers AS (
    {sql:sessions_receivers}
), said AS (
    SELECT session.id AS session_id, session.contract_id, session.component_id, session.commune_id, session.held_on,
        stage.household_id, stage.came, stage.consented, stage.mother,
        CASE stage.came WHEN 'recipient' THEN receiver.recipient_id WHEN 'alternate' THEN receiver.alternate_id END
            AS person_id,
        stage.sex, receiver.household_id IS NOT NULL AS recipient
    FROM stage_attendance AS stage
    JOIN delivery_session AS session ON session.id = stage.session_id
    LEFT JOIN receivers AS receiver ON receiver.household_id = stage.household_id
), known AS (
    SELECT said.*, coalesce(person.sex, said.sex) AS known_sex,
        said.mother OR person.sex = 'F' AND EXISTS (
            SELECT FROM registry_person AS child
            WHERE child.mother_id = said.person_id AND child.died_on IS NULL
                AND child.birth_date > said.held_on - interval '5 years' AND child.birth_date <= said.held_on
        ) AS is_mother
    FROM said LEFT JOIN registry_person AS person ON person.id = said.person_id
)
INSERT INTO delivery_attendance AS held (session_id, contract_id, component_id, commune_id, held_on, household_id,
    person_id, came, sex, mother, recipient, consented, means, entered_by_id, entered_at)
SELECT session_id, contract_id, component_id, commune_id, held_on, household_id, person_id,
    CASE WHEN person_id IS NULL THEN 'other' ELSE came END, known_sex, coalesce(is_mother AND known_sex = 'F', false),
    recipient, consented, %(means)s, %(by)s, now()
FROM known
ORDER BY session_id, household_id
ON CONFLICT (session_id, household_id) DO UPDATE SET person_id = excluded.person_id, came = excluded.came,
    sex = excluded.sex, mother = excluded.mother, consented = excluded.consented OR held.consented,
    means = excluded.means, entered_by_id = excluded.entered_by_id, entered_at = excluded.entered_at
WHERE (held.person_id, held.came, held.sex, held.mother) IS DISTINCT FROM
    (excluded.person_id, excluded.came, excluded.sex, excluded.mother)
