-- reads: seek (temporary), payments_instruction of released rounds, registry_*; writes: candidate (temporary), the orders each line may speak of
CREATE TEMPORARY TABLE candidate ON COMMIT DROP AS
WITH standing AS MATERIALIZED (
    SELECT line.id, line.origin_round_id, line.household_id, line.recipient_id, line.account_index, line.amount_xof,
        line.status, line.settled_on, coalesce(answer.agency_reference, '') AS agency_reference
    FROM payments_instruction AS line
    JOIN payments_paymentround AS round ON round.id = line.round_id AND round.status = 'released'
    LEFT JOIN payments_returnline AS answer ON answer.id = line.return_line_id
    WHERE line.agency_id = %(agency)s AND line.status <> 'held' AND %(of_people)s
), named AS (
    SELECT standing.id, standing.origin_round_id,
        jigi_word_key(jigi_name_words(person.given_names || ' ' || person.surname)) AS straight,
        jigi_word_key(jigi_name_words(person.surname || ' ' || person.given_names)) AS swapped,
        jigi_word_key(jigi_name_words(village.name)) AS village_key
    FROM standing
    JOIN registry_person AS person ON person.id = standing.recipient_id
    JOIN registry_household AS household ON household.id = standing.household_id
    JOIN geography_area AS village ON village.id = household.village_id
    WHERE EXISTS (SELECT FROM seek WHERE name_key <> '' AND village_key <> '')
), found AS (
    SELECT seek.line, 'rsu' AS key, 2 AS rank, standing.id, standing.origin_round_id
    FROM seek
    JOIN registry_household AS household ON household.rsu_number = seek.rsu
    JOIN standing ON standing.household_id = household.id
    WHERE seek.rsu <> ''
    UNION
    SELECT seek.line, 'phone', 3, standing.id, standing.origin_round_id
    FROM seek JOIN standing ON standing.account_index = seek.account_index
    WHERE seek.account_index <> ''
    UNION
    SELECT seek.line, 'phone', 3, standing.id, standing.origin_round_id
    FROM seek
    JOIN registry_phone AS phone ON phone.number_index = seek.number_index
    JOIN standing ON standing.recipient_id = phone.person_id
    WHERE seek.number_index <> ''
    UNION
    SELECT seek.line, 'name', 4, named.id, named.origin_round_id
    FROM seek
    JOIN named ON seek.name_key IN (named.straight, named.swapped) AND named.village_key = seek.village_key
    WHERE seek.name_key <> '' AND seek.village_key <> ''
)
SELECT found.*, standing.household_id, standing.amount_xof, standing.status, standing.settled_on,
    standing.agency_reference
FROM found JOIN standing USING (id, origin_round_id)
