-- reads: delivery_stockbalance (of a distribution's sites, held in one order: of two hands the second sees what the first gave)
SELECT balance.id FROM delivery_stockbalance AS balance
WHERE balance.place_id IN (SELECT place_id FROM delivery_distributionstop WHERE distribution_id = %(distribution)s)
ORDER BY balance.place_id, balance.lot_id FOR UPDATE
