-- reads: the lines of one round (frozen_line.sql); SHA-256 of each commune's lines in order, then of the communes'
-- digests (docs/frozen-list.md)
SELECT encode(sha256(convert_to(string_agg(code || ' ' || digest, E'\n' ORDER BY code COLLATE "C"), 'UTF8')), 'hex')
    AS list_hash
FROM (
    SELECT code, encode(sha256(convert_to(string_agg(line,
        E'\n' ORDER BY origin_round_id, entitlement_id), 'UTF8')), 'hex') AS digest
    FROM (
{sql:frozen_line}
    ) AS lines
    GROUP BY code
) AS communes
