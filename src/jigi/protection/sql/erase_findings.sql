-- reads: erased_household; writes: verification_finding (what was found and done, in words; the rule and its date stay)
UPDATE verification_finding SET says = 'effacé', why = CASE WHEN why = '' THEN '' ELSE 'effacé' END
WHERE household_id IN (SELECT id FROM erased_household)
