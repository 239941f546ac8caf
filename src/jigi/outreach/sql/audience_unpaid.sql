-- reads: payments_instruction of a round still to be paid, payments_siteplan and its days, enrolment_enrolment;
-- writes: outreach_recipient
INSERT INTO outreach_recipient (campaign_id, household_id, person_id, area_id, village, place, day, amount_xof,
    reachable, written)
SELECT %(campaign)s, min(line.household_id), line.recipient_id, min(line.commune_id), '',
    left(coalesce(nullif(%(place)s, ''), nullif(min(day.pay_point), ''), nullif(min(line.pay_point), ''), min(commune.name)), 120),
    coalesce(min(day.day), %(day)s::date), sum(line.amount_xof), false, false
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
    AND (%(day)s::date IS NULL OR day.day IS NULL OR day.day = %(day)s::date)
GROUP BY line.recipient_id
ORDER BY line.recipient_id
