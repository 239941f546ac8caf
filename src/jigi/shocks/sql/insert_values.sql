-- reads: stage_value; writes: shocks_signalvalue (new values, and new versions of others)
INSERT INTO shocks_signalvalue (id, signal, source, area_id, starts_on, ends_on, published_on, status, outlook, version,
    value, file_id, alert_id, line)
SELECT new_id, signal, %(source)s, area_id, starts_on, ends_on, published_on, status, outlook, version, value, %(file)s,
    %(alert)s, line
FROM stage_value WHERE NOT same ORDER BY new_id
