-- creates: payments_stale anew: what is owed beside a term is paid after an exit too, and waits for the next list when it is late
CREATE OR REPLACE FUNCTION payments_stale(round bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH it AS (
        SELECT own.id, own.component_id, own.term, own.kind, own.prepared_at,
            component.kind IN ('works', 'grants') OR own.kind = 'catch_up' AS beside
        FROM payments_paymentround AS own JOIN programmes_component AS component ON component.id = own.component_id
        WHERE own.id = round
    ), listed AS (
        SELECT count(*) AS found
        FROM it CROSS JOIN payments_instruction AS line
        JOIN payments_entitlement AS owed ON owed.id = line.entitlement_id AND owed.round_id = line.origin_round_id
        JOIN enrolment_enrolment AS e ON e.id = owed.enrolment_id
        WHERE line.round_id = round AND (e.status = 'suspended'
            OR line.kind = 'right' AND e.status <> 'active' AND NOT it.beside
            OR e.recipient_id <> line.recipient_id OR e.agency_id <> line.agency_id
            OR e.account_index <> line.account_index OR e.pay_point <> line.pay_point
            OR line.kind = 'right' AND e.commune_id <> line.commune_id)
    ), missing AS (
        SELECT count(*) AS found
        FROM it JOIN enrolment_enrolment AS e ON e.component_id = it.component_id AND e.status = 'active'
            AND it.term BETWEEN e.first_term AND e.last_term AND NOT it.beside
        JOIN payments_roundcommune AS rc ON rc.payment_round_id = it.id AND rc.commune_id = e.commune_id
        LEFT JOIN payments_entitlement AS own ON own.round_id = round AND own.household_id = e.household_id
        WHERE it.kind = 'term' AND own.id IS NULL AND (e.enrolled_at > it.prepared_at OR EXISTS (
            SELECT FROM foundation_auditevent AS done WHERE done.noun = 'enrolment' AND done.object_id = e.id::text
                AND done.verb IN ('resume', 'transfer', 'change_recipient') AND done.at > it.prepared_at))
    )
    SELECT listed.found + missing.found FROM listed, missing
$$
