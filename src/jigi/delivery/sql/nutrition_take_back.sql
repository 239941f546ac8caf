-- reads: delivery_stockmovement; writes: delivery_handout (cancelled), delivery_stockact, delivery_stockmovement (what it took
-- comes back to the site)
WITH act AS (
    INSERT INTO delivery_stockact (kind, day, reference, reason, made_by_id)
    VALUES ('correction', %(today)s, '', %(reason)s, %(by)s) RETURNING id
), cancelled AS (
    UPDATE delivery_handout SET cancelled_at = now(), cancelled_by_id = %(by)s, cancel_reason = left(%(reason)s, 200)
    WHERE id = %(handout)s AND cancelled_at IS NULL RETURNING id
)
INSERT INTO delivery_stockmovement (act_id, place_id, lot_id, grams, handout_id)
SELECT act.id, moved.place_id, moved.lot_id, -moved.grams, cancelled.id
FROM cancelled CROSS JOIN act JOIN delivery_stockmovement AS moved ON moved.handout_id = cancelled.id
