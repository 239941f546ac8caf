-- reads: payments_instruction of one round; writes: verification_check, the first of the paid in the order of a digest of the seed and of each reference, villages first where they are clusters
INSERT INTO verification_check (exercise_id, rank, instruction_id, origin_round_id, reference, component_id, commune_id,
    village_id, village_size, household_id, recipient_id, amount_xof, result, note)
SELECT %(exercise)s, row_number() OVER (ORDER BY place_digest COLLATE "C", digest COLLATE "C"), id, origin_round_id,
    reference, component_id, commune_id, village_id, village_size, household_id, recipient_id, amount_xof, '', ''
FROM (
    SELECT *, row_number() OVER (PARTITION BY place ORDER BY digest COLLATE "C") AS turn
    FROM (
        SELECT line.*, household.village_id, coalesce(household.village_id, -line.commune_id) AS place,
            count(*) OVER (PARTITION BY coalesce(household.village_id, -line.commune_id)) AS village_size,
            encode(sha256(convert_to(%(seed)s || ':' || line.reference, 'UTF8')), 'hex') AS digest,
            CASE WHEN %(per_village)s::int IS NULL THEN '' ELSE encode(sha256(convert_to(
                %(seed)s || ':' || coalesce(household.village_id, -line.commune_id), 'UTF8')), 'hex') END AS place_digest
        FROM payments_instruction AS line
        JOIN registry_household AS household ON household.id = line.household_id
        WHERE line.round_id = %(round)s AND line.status = 'paid' AND line.commune_id <> ALL (%(excluded)s)
    ) AS paid
) AS ranked
WHERE %(per_village)s::int IS NULL OR turn <= %(per_village)s
ORDER BY place_digest COLLATE "C", digest COLLATE "C"
LIMIT %(size)s
