-- reads: the lines of one round (frozen_line.sql); gives the frozen list as it is hashed: commune, then what was promised
SELECT code || ';' || line FROM (
{sql:frozen_line}
) AS lines
ORDER BY code COLLATE "C", origin_round_id, entitlement_id
