-- reads: verification_finding that wait; writes: grievances_case, its household and order, each finding once
WITH asked AS (
    SELECT finding.*, component.programme_id, CASE finding.rule
        WHEN 'not_received' THEN 'payment_missing' WHEN 'other_amount' THEN 'wrong_amount'
        WHEN 'off_schedule' THEN 'wrong_amount' WHEN 'child' THEN 'recipient_change'
        WHEN 'deceased' THEN 'recipient_change' ELSE 'fraud' END AS category
    FROM verification_finding AS finding
    JOIN programmes_component AS component ON component.id = finding.component_id
    WHERE finding.closed_at IS NULL AND NOT EXISTS (SELECT FROM grievances_case AS known
        WHERE known.origin = 'finding' AND known.origin_key = finding.id::text)
), made AS (
    INSERT INTO grievances_case (category_id, sensitive, status, level, channel, language, origin, origin_key,
        commune_id, programme_id, anonymous, name_sealed, name_index, phone_sealed, phone_index, told_sealed, told_index,
        subject, received_on, outcome, appeals, satisfaction)
    SELECT category, false, 'received', 'commune', 'system', 'fr', 'finding', id::text, commune_id, programme_id,
        true, '', '', '', '', '', '', says, %(today)s, '', 0, ''
    FROM asked ORDER BY id
    ON CONFLICT (origin, origin_key) WHERE origin <> 'complaint' DO NOTHING
    RETURNING id, origin_key
), homes AS (
    INSERT INTO grievances_casehousehold (case_id, household_id, complains)
    SELECT made.id, asked.household_id, false FROM made JOIN asked ON asked.id::text = made.origin_key ORDER BY made.id
), told AS (
    INSERT INTO grievances_event (case_id, verb, by_id, facts, note_sealed, note_index)
    SELECT id, 'receive', %(by)s, '{}', '', '' FROM made ORDER BY id
), orders AS (
    INSERT INTO grievances_casepayment (case_id, household_id, instruction_id, origin_round_id, reference)
    SELECT made.id, asked.household_id, asked.instruction_id, asked.origin_round_id, asked.reference
    FROM made JOIN asked ON asked.id::text = made.origin_key ORDER BY made.id
)
SELECT count(*) AS made FROM made
