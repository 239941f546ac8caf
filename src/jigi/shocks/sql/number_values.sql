-- writes: stage_value (the numbers of the values to come, in the order of the file)
UPDATE stage_value AS target SET new_id = numbered.id
FROM (
    SELECT wanted.signal, wanted.area_id, wanted.starts_on, wanted.ends_on, wanted.published_on, wanted.outlook,
        nextval(pg_get_serial_sequence('shocks_signalvalue', 'id')) AS id
    FROM (SELECT * FROM stage_value WHERE NOT same ORDER BY line, signal) AS wanted
) AS numbered
WHERE (numbered.signal, numbered.area_id, numbered.starts_on, numbered.ends_on, numbered.published_on, numbered.outlook)
    = (target.signal, target.area_id, target.starts_on, target.ends_on, target.published_on, target.outlook)
