-- reads: payments_instruction open in a released round, payments_siteplan and its days; who is still to be paid, and what fills
-- their words: of a day (« unpaid »), or whose day has passed, who have until the day given (« late »)
SELECT min(line.household_id) AS household_id, line.recipient_id AS person_id, min(line.commune_id) AS area_id, '' AS village,
    left(coalesce(nullif(%(place)s, ''), nullif(min(day.pay_point), ''), nullif(min(line.pay_point), ''), min(commune.name)), 120) AS place,
    CASE %(audience)s WHEN 'late' THEN %(day)s::date ELSE coalesce(min(day.day), %(day)s::date) END AS day,
    sum(line.amount_xof)::bigint AS amount_xof
FROM payments_instruction AS line
JOIN payments_paymentround AS own ON own.id = line.round_id AND own.status = 'released'
JOIN geography_area AS commune ON commune.id = line.commune_id AND commune.path LIKE %(path)s || '%%'
JOIN programmes_agency AS agency ON agency.id = line.agency_id
LEFT JOIN payments_siteplan AS plan ON plan.payment_round_id = line.round_id AND plan.agency_id = line.agency_id
LEFT JOIN payments_siteline AS planned ON planned.plan_id = plan.id AND planned.household_id = line.household_id
    AND planned.recipient_id = line.recipient_id
LEFT JOIN payments_siteday AS day ON day.id = planned.day_id
WHERE line.round_id = %(round)s AND line.status = 'open'
    AND (%(agency)s = '' OR agency.code = %(agency)s)
    AND (%(pay_point)s = '' OR coalesce(nullif(day.pay_point, ''), line.pay_point) = %(pay_point)s)
    AND CASE %(audience)s WHEN 'late' THEN day.day IS NULL OR day.day < %(today)s::date
        ELSE %(day)s::date IS NULL OR day.day IS NULL OR day.day = %(day)s::date END
    AND (%(people)s::bigint[] IS NULL OR line.recipient_id = ANY (%(people)s::bigint[]))
GROUP BY line.recipient_id
