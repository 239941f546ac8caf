-- reads: delivery_distributionline and what hangs on it, delivery_handout, delivery_lot; writes: stage_handout (the line of
-- each number, and what forbids to hand it out)
WITH said AS (
    SELECT stage.n, line.id AS line_id, stop.place_id, line.product_id, line.grams, lot.id AS lot_id,
        CASE
            WHEN line.id IS NULL THEN 'unknown'
            WHEN row_number() OVER (PARTITION BY stage.rank ORDER BY stage.n) > 1 THEN 'repeated'
            WHEN stage.name <> '' AND written.keys IS DISTINCT FROM listed.keys THEN 'other_name'
            WHEN given.id IS NOT NULL AND (given.number = stage.number
                OR (given.receiver, given.proxy_name, given.held_on) = (stage.receiver, stage.proxy_name, stage.given_on))
                THEN 'known'
            WHEN given.id IS NOT NULL THEN 'double'
            WHEN entry.left_on IS NOT NULL THEN 'left'
            WHEN line.verdict = 'unsure' AND NOT stage.age_checked THEN 'unsure'
            WHEN stage.given_on > %(today)s::date THEN 'future'
            WHEN stage.given_on < stop.day - 30 OR stage.given_on > stop.day + 60 THEN 'other_day'
            WHEN stage.lot_number <> '' AND lot.id IS NULL THEN 'unknown_lot'
            WHEN lot.recalled_at IS NOT NULL THEN 'recalled'
            WHEN lot.expires_on < stage.given_on THEN 'expired'
        END AS fault
    FROM stage_handout AS stage
    LEFT JOIN delivery_distributionline AS line
        ON line.distribution_id = %(distribution)s AND line.rank = stage.rank
    LEFT JOIN delivery_distributionstop AS stop ON stop.id = line.stop_id
    LEFT JOIN delivery_censusentry AS entry ON entry.id = line.entry_id
    LEFT JOIN registry_person AS person ON person.id = line.person_id
    LEFT JOIN LATERAL (
        SELECT array_agg(jigi_word_key(word) ORDER BY jigi_word_key(word)) AS keys
        FROM regexp_split_to_table(jigi_name_words(stage.name), ' +') AS word
    ) AS written ON stage.name <> ''
    LEFT JOIN LATERAL (
        SELECT array_agg(jigi_word_key(word) ORDER BY jigi_word_key(word)) AS keys
        FROM regexp_split_to_table(jigi_name_words(
            coalesce(nullif(entry.name, ''), person.given_names || ' ' || person.surname)), ' +') AS word
    ) AS listed ON stage.name <> ''
    LEFT JOIN delivery_handout AS given ON given.line_id = line.id AND given.cancelled_at IS NULL
    LEFT JOIN delivery_lot AS lot ON lot.product_id = line.product_id AND lot.number = stage.lot_number
        AND stage.lot_number <> ''
)
UPDATE stage_handout AS target SET line_id = said.line_id, place_id = said.place_id, product_id = said.product_id,
    grams = said.grams, lot_id = said.lot_id, fault = said.fault
FROM said WHERE said.n = target.n
