-- reads: stage_benefit; writes: schemes_benefitline (the good lines, which wait to be recorded)
INSERT INTO schemes_benefitline (batch_id, line, household_id, person_id, nature, amount_xof, quantity, unit, given_from,
    given_to, reference)
SELECT %(batch)s, line, household_id, person_id, nature, amount_xof, quantity, unit, given_from, given_to, reference
FROM stage_benefit WHERE NOT known AND NOT held
ORDER BY line
