-- reads: bank_line, bank_item (temporary), programmes_advance, payments_instruction, payments_returnline, payments_paymentround, programmes_agencyaccount; creates: bank_key (temporary), what each line and item names
CREATE TEMPORARY TABLE bank_key ON COMMIT DROP AS
WITH named AS (
    SELECT id, amount_xof, our_reference, label, regexp_match(our_reference || ' ' || label, 'JIGI-T(\d{1,12})-A(\d{1,12})') AS batch
    FROM bank_line
), names AS (
    -- The file of a round for an agency, of which a bank may book each part.
    SELECT id, amount_xof, format('round:%%s:%%s', batch[1]::bigint, batch[2]::bigint) AS key FROM named
    WHERE %(by_what)s = 'round' AND batch IS NOT NULL
    UNION ALL
    -- An order that the bank booked by itself: the return that said it paid.
    SELECT named.id, named.amount_xof, format('return:%%s', answer.return_file_id)
    FROM named
    JOIN payments_instruction AS line_of ON line_of.reference = named.our_reference
        AND line_of.origin_round_id = CASE WHEN named.our_reference ~ '^\d{1,11}-\d{1,14}-\d{1,5}-\d{2}$'
            THEN split_part(named.our_reference, '-', 1)::bigint END
    JOIN payments_returnline AS answer ON answer.id = line_of.return_line_id
    WHERE %(by_what)s = 'return'
    UNION
    SELECT line.id, line.amount_xof, 'advance:' || word
    FROM bank_line AS line
    CROSS JOIN LATERAL (
        SELECT upper(line.our_reference) AS word UNION SELECT upper(line.bank_reference)
        UNION SELECT regexp_split_to_table(upper(line.label), '[^[:alnum:]/._-]+')
    ) AS words
    WHERE %(by_what)s = 'advance'
        AND word IN (SELECT upper(reference) FROM programmes_advance WHERE approved_at IS NOT NULL)
), line_key AS (
    -- A line that names two things is left to a person.
    SELECT id, min(amount_xof) AS amount_xof, min(key) AS key FROM names GROUP BY id HAVING count(*) = 1
), returned AS (
    -- The round that a return is of, where it is of one.
    SELECT answer.return_file_id, min(line_of.round_id) AS round_id
    FROM payments_returnline AS answer
    JOIN payments_instruction AS line_of
        ON line_of.origin_round_id = answer.origin_round_id AND line_of.id = answer.instruction_id
    WHERE %(by_what)s = 'round' AND answer.outcome IN ('paid', 'reversed') AND answer.return_file_id IN (
        SELECT substr(cause, 8)::bigint FROM bank_item WHERE act = 'settle' AND cause ~ '^return:\d{1,18}$')
    GROUP BY answer.return_file_id
    HAVING min(line_of.round_id) = max(line_of.round_id)
), item_key AS (
    -- Where the account holds the money of the agreement, the release gave it.
    SELECT item.number, item.amount_xof, format('round:%%s:%%s', payment_round.id, held.agency_id) AS key
    FROM bank_item AS item
    JOIN payments_paymentround AS payment_round ON payment_round.book_id = item.book_id
    JOIN programmes_agencyaccount AS held ON held.account_id IN (item.debit_id, item.credit_id)
    WHERE %(by_what)s = 'round' AND item.kind = 'commit' AND item.amount_xof < 0
    UNION ALL
    -- Where it is the one from which an agency pays, the payments did.
    SELECT item.number, item.amount_xof, format('round:%%s:%%s', returned.round_id, held.agency_id)
    FROM bank_item AS item
    JOIN returned ON item.cause = 'return:' || returned.return_file_id
    JOIN programmes_agencyaccount AS held ON held.account_id IN (item.debit_id, item.credit_id)
    WHERE item.act = 'settle' AND item.kind IN ('pay', 'reverse')
    UNION ALL
    SELECT number, amount_xof, cause FROM bank_item AS item
    WHERE %(by_what)s = 'return' AND act = 'settle' AND kind IN ('pay', 'reverse')
    UNION ALL
    SELECT item.number, item.amount_xof, 'advance:' || upper(advance.reference)
    FROM bank_item AS item JOIN programmes_advance AS advance ON item.cause = 'advance:' || advance.id
    WHERE %(by_what)s = 'advance' AND item.act = 'advance'
)
SELECT true AS is_line, id, amount_xof, key FROM line_key
UNION ALL
SELECT false, number, amount_xof, key FROM item_key
