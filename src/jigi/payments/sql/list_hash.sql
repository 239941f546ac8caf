-- reads: payments_instruction of one round; SHA-256 of each commune's lines in order, then of the communes' digests;
-- an account by its blind index, which another sealing key leaves as it is
SELECT encode(sha256(convert_to(string_agg(code || ' ' || digest, E'\n' ORDER BY code COLLATE "C"), 'UTF8')), 'hex')
    AS list_hash
FROM (
    SELECT area.code, encode(sha256(convert_to(string_agg(
        line.reference || ';' || household.rsu_number || ';' || line.recipient_id || ';' || agency.code || ';'
            || encode(line.account_index, 'hex') || ';' || line.amount_xof,
        E'\n' ORDER BY line.origin_round_id, line.entitlement_id), 'UTF8')), 'hex') AS digest
    FROM payments_instruction AS line
    JOIN registry_household AS household ON household.id = line.household_id
    JOIN geography_area AS area ON area.id = line.commune_id
    JOIN programmes_agency AS agency ON agency.id = line.agency_id
    WHERE line.round_id = %(round)s
    GROUP BY area.code
) AS communes
