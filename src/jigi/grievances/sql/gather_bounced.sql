-- reads: payments_instruction refused by the agency or taken back after payment, whose right is still owed by it;
-- writes: grievances_case, its household and order, each order once
WITH asked AS (
    SELECT line.id, line.origin_round_id, line.household_id, line.reference, line.commune_id, line.status,
        component.programme_id, line.origin_round_id || ':' || line.id AS key
    FROM payments_instruction AS line
    JOIN payments_entitlement AS owed ON owed.round_id = line.origin_round_id AND owed.id = line.entitlement_id
        AND owed.status = 'owed' AND owed.attempts = line.attempt
    JOIN programmes_component AS component ON component.id = line.component_id
    WHERE line.status IN ('refused', 'reversed') AND NOT EXISTS (SELECT FROM grievances_case AS known
        WHERE known.origin = 'bounced' AND known.origin_key = line.origin_round_id || ':' || line.id)
), made AS (
    INSERT INTO grievances_case (category_id, sensitive, status, level, channel, language, origin, origin_key,
        commune_id, programme_id, anonymous, name_sealed, name_index, phone_sealed, phone_index, told_sealed, told_index,
        subject, received_on, outcome, appeals, satisfaction)
    SELECT 'payment_missing', false, 'received', 'commune', 'system', 'fr', 'bounced', key, commune_id, programme_id,
        true, '', '', '', '', '', '', CASE status WHEN 'refused' THEN 'l’agence a refusé l’ordre ' ELSE 'paiement annulé : ordre ' END
            || reference, %(today)s, '', 0, ''
    FROM asked ORDER BY key
    ON CONFLICT (origin, origin_key) WHERE origin <> 'complaint' DO NOTHING
    RETURNING id, origin_key
), homes AS (
    INSERT INTO grievances_casehousehold (case_id, household_id, complains)
    SELECT made.id, asked.household_id, false FROM made JOIN asked ON asked.key = made.origin_key ORDER BY made.id
), told AS (
    INSERT INTO grievances_event (case_id, verb, by_id, facts, note_sealed, note_index)
    SELECT id, 'receive', %(by)s, '{}', '', '' FROM made ORDER BY id
), orders AS (
    INSERT INTO grievances_casepayment (case_id, household_id, instruction_id, origin_round_id, reference)
    SELECT made.id, asked.household_id, asked.id, asked.origin_round_id, asked.reference
    FROM made JOIN asked ON asked.key = made.origin_key ORDER BY made.id
)
SELECT count(*) AS made FROM made
