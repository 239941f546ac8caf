-- reads: delivery_stockmovement, delivery_stockact, delivery_stockbalance: the stock of some places between two days, by place
-- and lot: what was there, came, left by each door, and remains; `books` is the balance that the database keeps
SELECT moved.place_id, moved.lot_id,
    coalesce(sum(moved.grams) FILTER (WHERE act.day < %(since)s), 0)::bigint AS opening,
    coalesce(sum(moved.grams) FILTER (WHERE inside AND act.kind = 'arrival'), 0)::bigint AS arrivals,
    coalesce(sum(moved.grams) FILTER (WHERE inside AND act.kind = 'transfer'), 0)::bigint AS transfers,
    coalesce(sum(moved.grams) FILTER (WHERE inside AND act.kind = 'return'), 0)::bigint AS returns,
    coalesce(sum(moved.grams) FILTER (WHERE inside AND act.kind = 'loss'), 0)::bigint AS losses,
    coalesce(sum(moved.grams) FILTER (WHERE inside AND act.kind = 'count'), 0)::bigint AS counts,
    coalesce(sum(moved.grams) FILTER (WHERE inside AND act.kind = 'distribution'), 0)::bigint AS given,
    coalesce(sum(moved.grams) FILTER (WHERE inside AND act.kind = 'correction'), 0)::bigint AS corrections,
    coalesce(sum(moved.grams) FILTER (WHERE act.day <= %(until)s), 0)::bigint AS closing,
    min(balance.grams) AS books
FROM delivery_stockmovement AS moved
JOIN delivery_stockact AS act ON act.id = moved.act_id
JOIN delivery_stockbalance AS balance ON balance.place_id = moved.place_id AND balance.lot_id = moved.lot_id
CROSS JOIN LATERAL (SELECT act.day BETWEEN %(since)s AND %(until)s AS inside) AS days
WHERE moved.place_id = ANY (%(places)s)
GROUP BY moved.place_id, moved.lot_id ORDER BY moved.place_id, moved.lot_id
