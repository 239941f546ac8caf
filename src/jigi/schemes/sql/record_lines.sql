-- reads: schemes_benefitline, schemes_benefitbatch; writes: schemes_benefit (the lines of a batch; a reference that another
-- batch recorded meanwhile is left as it is)
INSERT INTO schemes_benefit (scheme_id, batch_id, household_id, person_id, nature, amount_xof, quantity, unit, given_from,
    given_to, reference)
SELECT batch.scheme_id, batch.id, line.household_id, line.person_id, line.nature, line.amount_xof, line.quantity, line.unit,
    line.given_from, line.given_to, line.reference
FROM schemes_benefitline AS line JOIN schemes_benefitbatch AS batch ON batch.id = line.batch_id
WHERE batch.id = %(batch)s
ORDER BY line.line
ON CONFLICT (scheme_id, reference) DO NOTHING
