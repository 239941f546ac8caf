-- reads: enrolments, delivery_session, delivery_attendance, stage_suspension; rules.judge for every household of a
-- component that was enrolled by the end of a term: how many sessions it was offered, asked and attended
WITH counted AS (
    SELECT session.id, session.village_id, session.held_on
    FROM delivery_session AS session
    JOIN delivery_sessionmodule AS module ON module.id = session.module_id
    JOIN delivery_sessiontheme AS theme ON theme.id = module.theme_id
    WHERE session.component_id = %(followed)s AND session.status IN ('held', 'checked')
        AND session.held_on BETWEEN %(first_on)s AND %(last_on)s
        AND (%(themes)s::text[] = '{}' OR theme.code = ANY (%(themes)s::text[]))
), judged AS (
    SELECT enrolment.id AS enrolment_id, enrolment.household_id, enrolment.commune_id, household.village_id,
        enrolment.enrolled_at::date AS enrolled_on
    FROM enrolment_enrolment AS enrolment
    JOIN registry_household AS household ON household.id = enrolment.household_id
    WHERE enrolment.component_id = %(paid)s AND enrolment.status = 'active'
        AND enrolment.enrolled_at::date <= %(last_on)s
), offered AS (
    SELECT judged.enrolment_id, count(*) AS offered
    FROM judged
    JOIN counted ON counted.village_id = judged.village_id AND counted.held_on >= judged.enrolled_on
    JOIN delivery_session AS session ON session.id = counted.id AND session.status = 'checked'
    WHERE NOT EXISTS (
        SELECT FROM stage_suspension AS suspension WHERE suspension.commune_id = judged.commune_id
            AND counted.held_on BETWEEN suspension.starts_on AND suspension.ends_on)
    GROUP BY 1
), attended AS (
    SELECT attendance.household_id, count(*) AS attended
    FROM delivery_attendance AS attendance JOIN counted ON counted.id = attendance.session_id
    WHERE attendance.household_id IN (SELECT household_id FROM judged) AND (%(who)s = 'household' OR attendance.mother)
    GROUP BY 1
)
SELECT judged.enrolment_id, judged.household_id, judged.commune_id, coalesce(offered.offered, 0) AS offered,
    least(%(least)s, coalesce(offered.offered, 0)) AS required, coalesce(attended.attended, 0) AS attended
FROM judged LEFT JOIN offered USING (enrolment_id) LEFT JOIN attended USING (household_id)
