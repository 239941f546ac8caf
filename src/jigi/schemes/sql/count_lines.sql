-- reads: stage_benefit, schemes_benefitline: the counts of a batch just checked
SELECT count(*) AS lines_read, count(*) FILTER (WHERE stage.known) AS lines_known, count(line.id) AS lines_good,
    count(*) FILTER (WHERE NOT stage.known AND line.id IS NULL) AS lines_held,
    count(DISTINCT line.household_id) AS households, coalesce(sum(line.amount_xof), 0)::bigint AS amount_xof
FROM stage_benefit AS stage
LEFT JOIN schemes_benefitline AS line ON line.batch_id = %(batch)s AND line.line = stage.line
