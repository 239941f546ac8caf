-- reads: targeting_result or a list of households, registry_*, programmes_*, stage_account (the telephones of
-- wallet_phones.sql, sealed as accounts); writes: enrolment_cohort, enrolment_enrolment
WITH candidate AS MATERIALIZED (
{sql:candidates}
), members AS (
{sql:recipients}
), household AS MATERIALIZED (
{sql:where_paid}
), judged AS MATERIALIZED (
    SELECT household.id AS household_id, household.commune_id, household.village_id, members.recipient_id,
        CASE WHEN stays THEN home_id END AS followed_commune_id,
        nullif(members.alternate_id, members.recipient_id) AS alternate_id,
        served.agency_id, place.terms AS last_term,
        CASE WHEN agency.kind = 'wallet' THEN coalesce(account.sealed, '') ELSE '' END AS account_sealed,
        CASE WHEN agency.kind = 'wallet' THEN coalesce(account.index, '') ELSE '' END AS account_index,
        agency.kind = 'wallet' AND account.person_id IS NULL AS without_account,
        left('Site de ' || CASE WHEN %(pay_by_village)s THEN coalesce(village.name, commune.name)
            ELSE commune.name END, 120) AS pay_point,
        CASE WHEN live.id IS NOT NULL THEN 'already_enrolled'
            WHEN household.status <> 'active' THEN 'left_register'
            WHEN place.id IS NULL THEN 'outside_communes'
            WHEN place.terms < %(first_term)s THEN 'calendar_over'
            WHEN members.recipient_id IS NULL THEN 'without_recipient'
            ELSE 'enrolled' END AS verdict
    FROM household
    JOIN geography_area AS commune ON commune.id = household.commune_id
    LEFT JOIN geography_area AS village ON village.id = household.village_id
    LEFT JOIN programmes_componentcommune AS place
        ON place.component_id = %(component)s AND place.commune_id = household.commune_id
    LEFT JOIN programmes_agencycommune AS served
        ON served.component_id = %(component)s AND served.commune_id = household.commune_id
    LEFT JOIN programmes_agency AS agency ON agency.id = served.agency_id
    LEFT JOIN enrolment_enrolment AS live
        ON live.household_id = household.id AND live.component_id = %(component)s AND live.status <> 'exited'
    LEFT JOIN members ON members.household_id = household.id
    LEFT JOIN stage_account AS account ON account.person_id = members.recipient_id
), counted AS (
    SELECT count(*) AS asked,
        count(*) FILTER (WHERE verdict = 'enrolled') AS enrolled,
        count(*) FILTER (WHERE verdict = 'already_enrolled') AS already_enrolled,
        count(*) FILTER (WHERE verdict = 'outside_communes') AS outside_communes,
        count(*) FILTER (WHERE verdict = 'left_register') AS left_register,
        count(*) FILTER (WHERE verdict = 'calendar_over') AS calendar_over,
        count(*) FILTER (WHERE verdict = 'without_recipient') AS without_recipient,
        count(*) FILTER (WHERE verdict = 'enrolled' AND without_account) AS without_account
    FROM judged
), cohort AS (
    INSERT INTO enrolment_cohort (component_id, name, targeting_round_id, first_term, made_by_id, asked, enrolled,
        already_enrolled, outside_communes, left_register, calendar_over, without_recipient, without_account)
    SELECT %(component)s, %(name)s, %(targeting_round)s, %(first_term)s, %(by)s, asked, enrolled,
        already_enrolled, outside_communes, left_register, calendar_over, without_recipient, without_account
    FROM counted WHERE enrolled > 0
    RETURNING id
), enrolled AS (
    INSERT INTO enrolment_enrolment (household_id, component_id, cohort_id, commune_id, village_id, recipient_id,
        alternate_id, agency_id, account_sealed, account_index, pay_point, first_term, last_term, status, exit_reason,
        followed_commune_id)
    SELECT household_id, %(component)s, cohort.id, commune_id, village_id, recipient_id, alternate_id, agency_id,
        account_sealed, account_index, pay_point, %(first_term)s, last_term, 'active', '', followed_commune_id
    FROM judged, cohort WHERE verdict = 'enrolled' ORDER BY household_id
)
SELECT cohort.id AS cohort_id, counted.* FROM counted LEFT JOIN cohort ON true
