-- reads: stage_handout, stage_portion, delivery_distributionline; writes: delivery_stockact (one a day), delivery_handout,
-- delivery_stockmovement: together, as the triggers ask
WITH good AS (SELECT * FROM stage_handout WHERE fault IS NULL
), acts AS (
    INSERT INTO delivery_stockact (kind, day, reference, reason, made_by_id)
    SELECT 'distribution', given_on, %(reference)s, '', %(by)s FROM good GROUP BY given_on
    RETURNING id, day
), handed AS (
    INSERT INTO delivery_handout (number, line_id, distribution_id, contract_id, commune_id, household_id,
        person_id, receiver, proxy_name, age_checked, held_on, act_id, made_by_id, cancel_reason)
    SELECT good.number, line.id, line.distribution_id, line.contract_id, stop.commune_id, line.household_id,
        line.person_id, good.receiver, good.proxy_name, good.age_checked, good.given_on, acts.id, %(by)s, ''
    FROM good JOIN delivery_distributionline AS line ON line.id = good.line_id
    JOIN delivery_distributionstop AS stop ON stop.id = line.stop_id
    JOIN acts ON acts.day = good.given_on
    RETURNING id, line_id, act_id
)
INSERT INTO delivery_stockmovement (act_id, place_id, lot_id, grams, handout_id)
SELECT handed.act_id, good.place_id, portion.lot_id, -portion.grams, handed.id
FROM handed JOIN good ON good.line_id = handed.line_id
JOIN stage_portion AS portion ON portion.n = good.n
