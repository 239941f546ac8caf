-- reads: registry_household, registry_membership, registry_person, registry_health, registry_livingconditions,
-- targeting_result, targeting_targetinground, enrolment_enrolment, programmes_component, programmes_programme,
-- sharing_sharingobjection; gives, inside WITH, `met` (household and person that meet the criteria), `kept` (those who
-- do not oppose), `chosen` (the lines: households, or persons)
met AS (
    SELECT household.id AS household_id, person.id AS person_id
    FROM registry_household AS household
    JOIN registry_membership AS member ON member.household_id = household.id AND member.ended_on IS NULL
    JOIN registry_person AS person ON person.id = member.person_id AND person.died_on IS NULL
        AND NOT (person.surname = 'effacée' AND person.given_names = 'Personne')
    WHERE household.status = 'active' AND NOT starts_with(household.source_key, 'effacé:')
        AND (household.commune_id = ANY (%(communes)s) OR household.village_id = ANY (%(villages)s))
        AND (%(sex)s = '' OR person.sex = %(sex)s)
        AND (%(age_from)s::int IS NULL
            OR person.birth_date <= %(as_of)s::date - make_interval(months => %(age_from)s::int))
        AND (%(age_to)s::int IS NULL
            OR person.birth_date > %(as_of)s::date - make_interval(months => %(age_to)s::int + 1))
        AND (NOT (%(expecting)s OR %(breastfeeding)s) OR EXISTS (
            SELECT FROM registry_health AS health WHERE health.person_id = person.id
                AND (%(expecting)s AND health.due_on >= %(as_of)s
                    OR %(breastfeeding)s AND health.breastfeeding_since <= %(as_of)s)))
        AND (cardinality(%(situations)s::text[]) = 0 OR household.situation = ANY (%(situations)s))
        AND (%(seen_within)s::int IS NULL
            OR household.collected_on >= %(as_of)s::date - make_interval(months => %(seen_within)s::int))
        AND (num_nonnulls(%(fcs_to)s::int, %(rcsi_from)s::int, %(hdds_to)s::int, %(meals_to)s::int) = 0 OR EXISTS (
            SELECT FROM registry_livingconditions AS living WHERE living.household_id = household.id
                AND (%(fcs_to)s::int IS NULL OR living.fcs <= %(fcs_to)s)
                AND (%(rcsi_from)s::int IS NULL OR living.rcsi >= %(rcsi_from)s)
                AND (%(hdds_to)s::int IS NULL OR living.hdds <= %(hdds_to)s)
                AND (%(meals_to)s::int IS NULL OR living.meals_per_day <= %(meals_to)s)))
        -- The latest frozen campaign that scored the household: a score is the logarithm of a consumption.
        AND (num_nonnulls(%(score_from)s::int, %(score_to)s::int) = 0 OR (
            SELECT (%(score_from)s::int IS NULL OR exp(result.score) >= %(score_from)s)
                AND (%(score_to)s::int IS NULL OR exp(result.score) <= %(score_to)s)
            FROM targeting_result AS result
            JOIN targeting_targetinground AS campaign ON campaign.id = result.targeting_round_id
            WHERE result.household_id = household.id AND campaign.status = 'frozen' AND result.score IS NOT NULL
            ORDER BY result.targeting_round_id DESC LIMIT 1))
        -- Of the agreement's programmes (all the register when NULL), and of those asked for.
        AND (%(bounded)s::text[] IS NULL OR household.id IN (
            SELECT enrolment.household_id FROM enrolment_enrolment AS enrolment
            JOIN programmes_component AS component ON component.id = enrolment.component_id
            JOIN programmes_programme AS programme ON programme.id = component.programme_id
            WHERE enrolment.status = 'active' AND programme.code = ANY (%(bounded)s)))
        AND (cardinality(%(programmes)s::text[]) = 0 OR household.id IN (
            SELECT enrolment.household_id FROM enrolment_enrolment AS enrolment
            JOIN programmes_component AS component ON component.id = enrolment.component_id
            JOIN programmes_programme AS programme ON programme.id = component.programme_id
            WHERE enrolment.status = 'active' AND programme.code = ANY (%(programmes)s)))
), kept AS (
    SELECT household_id, person_id FROM met
    WHERE NOT EXISTS (
        SELECT FROM sharing_objectors(%(partner)s) AS objector
        WHERE objector.household_id = met.household_id
            AND (objector.person_id IS NULL OR %(unit)s = 'household' OR objector.person_id = met.person_id))
), chosen AS (
    SELECT DISTINCT household_id, CASE WHEN %(unit)s = 'person' THEN person_id END AS person_id FROM kept
)
