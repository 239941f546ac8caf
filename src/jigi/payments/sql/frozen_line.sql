-- reads: payments_instruction of one round; the code of each order's commune and what the freeze promises of it, in one
-- text; an account by its blind index, which another sealing key leaves as it is
    SELECT area.code, line.origin_round_id, line.entitlement_id,
        line.reference || ';' || household.rsu_number || ';' || line.recipient_id || ';' || agency.code || ';'
            || encode(line.account_index, 'hex') || ';' || line.amount_xof AS line
    FROM payments_instruction AS line
    JOIN registry_household AS household ON household.id = line.household_id
    JOIN geography_area AS area ON area.id = line.commune_id
    JOIN programmes_agency AS agency ON agency.id = line.agency_id
    WHERE line.round_id = %(round)s
