-- reads: targeting_result of one campaign; SHA-256 of each village's lines in order, then of the villages' digests
SELECT encode(sha256(convert_to(string_agg(code || ' ' || digest, E'\n' ORDER BY code COLLATE "C"), 'UTF8')), 'hex')
    AS result_hash
FROM (
    SELECT village.code, encode(sha256(convert_to(string_agg(
        concat_ws(';', household.rsu_number, coalesce(line.committee_rank::text, ''), coalesce(line.score::text, ''),
            coalesce(line.position::text, ''), line.selected::int, line.reason),
        E'\n' ORDER BY household.rsu_number COLLATE "C"), 'UTF8')), 'hex') AS digest
    FROM targeting_result AS line
    JOIN registry_household AS household ON household.id = line.household_id
    JOIN geography_area AS village ON village.id = line.village_id
    WHERE line.targeting_round_id = %(round)s
    GROUP BY village.code
) AS villages
