-- reads: incoming (temporary), payments_instruction; writes: seek (temporary), the lines whose order our reference does not name but another key may
CREATE TEMPORARY TABLE seek ON COMMIT DROP AS
SELECT line, said, amount_xof, paid_on, agency_reference, rsu, account_index, number_index,
    jigi_word_key(jigi_name_words(name)) AS name_key, jigi_word_key(jigi_name_words(village)) AS village_key
FROM incoming
WHERE why = '' AND (agency_reference <> '' OR rsu <> '' OR account_index <> '' OR name <> '' AND village <> '')
    AND NOT EXISTS (
        SELECT FROM payments_instruction AS line_of
        WHERE line_of.origin_round_id = ANY (%(rounds)s) AND line_of.origin_round_id = incoming.origin_round_id
            AND line_of.reference = incoming.reference
    )
