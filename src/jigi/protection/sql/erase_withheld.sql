-- reads: erased_household, erased_person, enrolment_enrolment; writes: delivery_withholding (why a term was withheld and given
-- back, in words; term, part, rule and signatures stay)
UPDATE delivery_withholding AS withheld SET reason = 'effacé',
    lifted_why = CASE WHEN withheld.lifted_why = '' THEN '' ELSE 'effacé' END
FROM enrolment_enrolment AS own
WHERE own.id = withheld.enrolment_id AND (withheld.household_id IN (SELECT id FROM erased_household)
    OR own.recipient_id IN (SELECT id FROM erased_person))
