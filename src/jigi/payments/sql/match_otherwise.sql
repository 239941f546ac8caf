-- reads: seek and candidate (temporary), payments_returnline; writes: matched (temporary), the order of each line, or why nobody but a person can tell
INSERT INTO matched (line, instruction_id, origin_round_id, key, why)
WITH by_agency AS (
    -- An earlier line of this agency bore the same reference of its own.
    SELECT seek.line, min(earlier.instruction_id) AS id, min(earlier.origin_round_id) AS origin_round_id
    FROM seek
    JOIN payments_returnline AS earlier ON earlier.agency_reference = seek.agency_reference
        AND earlier.instruction_id IS NOT NULL AND earlier.outcome <> 'undone'
    JOIN payments_returnfile AS file ON file.id = earlier.return_file_id AND file.agency_id = %(agency)s
    WHERE seek.agency_reference <> ''
    GROUP BY seek.line
    HAVING count(DISTINCT earlier.instruction_id) = 1
), agreeing AS (
    SELECT candidate.*, seek.said, seek.paid_on,
        -- What a file pays and takes back is open still.
        candidate.status = 'open' OR candidate.status = 'paid' AND seek.said = 'reversed' AS waits,
        candidate.status = seek.said AND (seek.said <> 'paid' OR candidate.settled_on = seek.paid_on)
            AND (seek.agency_reference = '' OR candidate.agency_reference = '') AS said_already,
        min(candidate.rank) OVER (PARTITION BY candidate.line) AS best
    FROM candidate JOIN seek USING (line)
    WHERE (candidate.amount_xof = seek.amount_xof OR seek.amount_xof IS NULL AND seek.said <> 'paid')
        AND candidate.line NOT IN (SELECT line FROM by_agency)
), spoken AS (
    SELECT line, key, said = 'reversed' AS back, count(DISTINCT household_id) AS households, min(household_id) AS household_id,
        bool_or(waits) AS waits, bool_or(said_already) AS said_already, min(amount_xof) AS amount_xof,
        count(DISTINCT amount_xof) AS amounts
    FROM agreeing
    WHERE rank = best
    GROUP BY line, key, said
), turned AS (
    -- The first line about a household takes its oldest order of that amount, the second the next.
    SELECT spoken.*, row_number() OVER (
            PARTITION BY household_id, amount_xof, back, waits AND NOT said_already ORDER BY line) AS turn
    FROM spoken
    WHERE households = 1
), orders AS (
    SELECT *, row_number() OVER (PARTITION BY line, waits, said_already
            ORDER BY said = 'reversed' AND status = 'paid' DESC, origin_round_id, id) AS turn
    FROM agreeing
    WHERE rank = best
)
SELECT line, id, origin_round_id, 'agency', '' FROM by_agency
UNION ALL
SELECT turned.line, orders.id, orders.origin_round_id, turned.key, ''
FROM turned
JOIN orders ON orders.line = turned.line AND (
    turned.waits AND NOT turned.said_already AND orders.waits AND orders.turn = turned.turn
    OR turned.said_already AND NOT turned.waits AND orders.said_already AND orders.turn = 1)
WHERE turned.amounts = 1
UNION ALL
SELECT line, NULL, NULL, key, CASE
    WHEN households > 1 THEN 'Plusieurs ménages répondent à ce que la ligne dit.'
    WHEN amounts > 1 THEN 'Ce ménage a plusieurs ordres et la ligne ne dit pas de montant.'
    ELSE 'Même jour, même montant qu’une réponse déjà prise, et un autre ordre attend : répétition ou second paiement ?'
    END
FROM spoken
WHERE households > 1 OR amounts > 1 OR waits AND said_already
