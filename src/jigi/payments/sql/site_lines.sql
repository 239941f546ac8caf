-- reads: who is expected (expected_at_sites.sql), paying_part (temporary), payments_siteday; writes: payments_siteline, each on its day
INSERT INTO payments_siteline (plan_id, day_id, component_id, commune_id, village_id, household_id, recipient_id)
SELECT %(plan)s, day.id, ranked.component_id, ranked.commune_id, ranked.village_id, ranked.household_id,
    ranked.recipient_id
FROM (
    SELECT expected.*, row_number() OVER (
        PARTITION BY expected.commune_id, expected.pay_point, expected.village_id
        ORDER BY person.surname, person.given_names, expected.household_id, expected.recipient_id) AS rank
    FROM (
{sql:expected_at_sites}
    ) AS expected
    JOIN registry_person AS person ON person.id = expected.recipient_id
) AS ranked
JOIN paying_part AS part ON part.commune_id = ranked.commune_id AND part.pay_point = ranked.pay_point
    AND part.village_id IS NOT DISTINCT FROM ranked.village_id AND ranked.rank BETWEEN part.first AND part.last
JOIN payments_siteday AS day ON day.plan_id = %(plan)s AND day.commune_id = ranked.commune_id
    AND day.pay_point = ranked.pay_point AND day.day = part.day
ORDER BY day.id, ranked.village_id, ranked.rank
