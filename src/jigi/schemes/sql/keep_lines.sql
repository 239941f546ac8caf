-- reads: stage_benefit, schemes_benefitproblem; writes: schemes_benefitline (the good lines, which wait to be recorded)
INSERT INTO schemes_benefitline (batch_id, line, household_id, person_id, nature, amount_xof, quantity, unit, given_from,
    given_to, reference)
SELECT %(batch)s, stage.line, stage.household_id, stage.person_id, stage.nature, stage.amount_xof, stage.quantity,
    stage.unit, stage.given_from, stage.given_to, stage.reference
FROM stage_benefit AS stage
WHERE NOT stage.known AND NOT EXISTS (SELECT FROM schemes_benefitproblem AS problem
    WHERE problem.batch_id = %(batch)s AND problem.line = stage.line AND problem.severity = 'error')
ORDER BY stage.line
