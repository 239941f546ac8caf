-- reads: payments_instruction of one round, registry_person, foundation_user, geography_staffposting; writes: verification_finding, what no honest list has, once
INSERT INTO verification_finding (payment_round_id, rule, instruction_id, origin_round_id, reference, component_id,
    commune_id, household_id, amount_xof, says, why)
WITH line AS MATERIALIZED (
    SELECT * FROM payments_instruction WHERE round_id = %(round)s AND status <> 'held'
), shared AS (
    SELECT account_index, count(DISTINCT household_id) AS households
    FROM line WHERE account_index <> '' GROUP BY account_index HAVING count(DISTINCT household_id) > 1
), travelled AS (
    SELECT recipient_id, count(DISTINCT commune_id) AS communes
    FROM line GROUP BY recipient_id HAVING count(DISTINCT commune_id) > 1
), staff AS (
    -- Those who work near: in a whole country, many bear one name. What follows a name in brackets is a function.
    SELECT DISTINCT jigi_word_key(jigi_name_words(btrim(split_part(person.full_name, '(', 1)))) AS name, posting.area_id
    FROM geography_staffposting AS posting
    JOIN foundation_user AS person ON person.id = posting.user_id
    JOIN geography_area AS area ON area.id = posting.area_id AND area.level IN ('cercle', 'commune')
), found AS (
    SELECT 'shared_account' AS rule, line.*, households || ' ménages de ce tour ont le même compte.' AS says
    FROM line JOIN shared USING (account_index)
    UNION ALL
    SELECT 'two_places', line.*, 'La même personne reçoit dans ' || communes || ' communes.'
    FROM line JOIN travelled USING (recipient_id)
    UNION ALL
    SELECT 'off_schedule', line.*, 'La composante donne ' || component.amount_xof || ' FCFA, l’ordre en porte '
        || line.amount_xof || '.'
    FROM line JOIN programmes_component AS component ON component.id = line.component_id
    WHERE line.amount_xof > component.amount_xof OR line.kind = 'right' AND line.amount_xof < component.amount_xof
    UNION ALL
    SELECT 'child', line.*, 'Allocataire né le ' || to_char(person.birth_date, 'DD/MM/YYYY') || '.'
    FROM line JOIN registry_person AS person ON person.id = line.recipient_id
    WHERE person.birth_precision = 'day' AND person.birth_date > current_date - interval '18 years'
    UNION ALL
    SELECT 'deceased', line.*, 'Décès le ' || to_char(person.died_on, 'DD/MM/YYYY') || ', payé le '
        || to_char(line.settled_on, 'DD/MM/YYYY') || '.'
    FROM line JOIN registry_person AS person ON person.id = line.recipient_id
    WHERE line.status = 'paid' AND line.settled_on > person.died_on
    UNION ALL
    (SELECT DISTINCT ON (line.id, line.origin_round_id) 'staff', line.*,
        'Porte le nom d’une personne affectée à ' || held.name || '.'
    FROM line
    JOIN registry_person AS person ON person.id = line.recipient_id
    JOIN geography_area AS commune ON commune.id = line.commune_id
    JOIN staff ON staff.name IN (jigi_word_key(jigi_name_words(person.given_names || ' ' || person.surname)),
        jigi_word_key(jigi_name_words(person.surname || ' ' || person.given_names)))
    JOIN geography_area AS held ON held.id = staff.area_id AND commune.path LIKE held.path || '%%')
)
SELECT %(round)s, rule, id, origin_round_id, reference, component_id, commune_id, household_id, amount_xof,
    left(says, 200), ''
FROM found
ON CONFLICT ON CONSTRAINT finding_once DO NOTHING
