-- reads: payments_siteline of some days of a plan, payments_instruction, registry_*, enrolment_enrolment, enrolment_card; the list of each day, numbered in its order
SELECT listed.*, row_number() OVER (PARTITION BY listed.day_id ORDER BY listed.village, listed.surname,
    listed.given_names, listed.rsu_number, listed.line_id) AS number
FROM (
    SELECT line.id AS line_id, line.day_id AS day_id, day.day, day.pay_point, commune.id AS commune_id,
        commune.name AS commune, cercle.name AS cercle, coalesce(village.name, '') AS village, line.household_id,
        household.rsu_number, person.surname, person.given_names, person.given_names || ' ' || person.surname AS recipient,
        coalesce(alternate.given_names || ' ' || alternate.surname, '') AS alternate,
        sums.right_xof, sums.arrears_xof, sums.right_xof + sums.arrears_xof AS total_xof, sums.state,
        card.number AS card
    FROM payments_siteline AS line
    JOIN payments_siteday AS day ON day.id = line.day_id
    JOIN geography_area AS commune ON commune.id = line.commune_id
    JOIN geography_area AS cercle ON cercle.id = commune.parent_id
    LEFT JOIN geography_area AS village ON village.id = line.village_id
    JOIN registry_household AS household ON household.id = line.household_id
    JOIN registry_person AS person ON person.id = line.recipient_id
    JOIN (
        SELECT o.household_id, o.recipient_id,
            -- What is still to hand over; once nothing is, what was.
            coalesce(CASE WHEN bool_or(o.status = 'open')
                THEN sum(o.amount_xof) FILTER (WHERE o.kind = 'right' AND o.status = 'open')
                ELSE sum(o.amount_xof) FILTER (WHERE o.kind = 'right') END, 0)::bigint AS right_xof,
            coalesce(CASE WHEN bool_or(o.status = 'open')
                THEN sum(o.amount_xof) FILTER (WHERE o.kind = 'arrears' AND o.status = 'open')
                ELSE sum(o.amount_xof) FILTER (WHERE o.kind = 'arrears') END, 0)::bigint AS arrears_xof,
            CASE WHEN bool_or(o.status = 'open') THEN 'open' WHEN count(DISTINCT o.status) = 1 THEN min(o.status)
                ELSE 'mixed' END AS state,
            min(owed.enrolment_id) AS enrolment_id
        FROM payments_instruction AS o
        JOIN payments_entitlement AS owed ON owed.id = o.entitlement_id AND owed.round_id = o.origin_round_id
        WHERE o.round_id = %(round)s AND o.agency_id = %(agency)s AND o.status <> 'held'
        GROUP BY o.household_id, o.recipient_id
    ) AS sums ON sums.household_id = line.household_id AND sums.recipient_id = line.recipient_id
    LEFT JOIN enrolment_enrolment AS enrolled ON enrolled.id = sums.enrolment_id
    LEFT JOIN registry_person AS alternate
        ON alternate.id = enrolled.alternate_id AND alternate.id <> line.recipient_id
    LEFT JOIN enrolment_card AS card ON card.enrolment_id = sums.enrolment_id AND card.withdrawn_at IS NULL
        AND card.recipient_id = line.recipient_id
    WHERE line.plan_id = %(plan)s AND (%(day)s::bigint IS NULL OR line.day_id = %(day)s)
) AS listed
ORDER BY listed.day, listed.cercle, listed.commune, listed.pay_point, listed.day_id, number
